"""Rasters that are joined or compared by value, whose palettes show one value in two colours."""
import numpy as np

from support import FaultTest, gdal, main, osr

COLORS = {0: (255, 0, 0), 1: (0, 255, 0), 2: (0, 0, 255)}
RECODE = np.array([2, 1, 0], 'uint8')  # red and blue exchanged


class PalettesThatDiffer(FaultTest):
    def paletted(self, name, values, colors, left=500000, names=None):
        path = self.work / name
        rows, columns = values.shape
        raster = gdal.GetDriverByName('GTiff').Create(str(path), columns, rows, 1, gdal.GDT_Byte)
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(32632)
        raster.SetProjection(crs.ExportToWkt())
        raster.SetGeoTransform([left, 1, 0, 5400000, 0, -1])
        table = gdal.ColorTable()
        for value, color in colors.items():
            table.SetColorEntry(value, color + (255,))
        band = raster.GetRasterBand(1)
        band.SetColorTable(table)
        if names:
            band.SetCategoryNames(names)
        band.WriteArray(values)
        return path

    def setUp(self):
        self.values = np.random.default_rng(1).integers(0, 3, (64, 64)).astype('uint8')
        self.one = self.paletted('one.tif', self.values, COLORS)
        self.crossed = {0: COLORS[2], 1: COLORS[1], 2: COLORS[0]}

    def test_a_mosaic(self):
        other = self.paletted('other.tif', RECODE[self.values], self.crossed, left=500064)
        self.refuses(['mosaic', self.one, other, '-o', 'no.tif'], 'other.tif', 'value', '#0000ff', '#ff0000',
                     'rgb2pct.py', status=1)
        self.assertFalse((self.work / 'no.tif').exists())
        # Colours of values that do not occur say nothing.
        unused = self.paletted('unused.tif', self.values, COLORS | {9: (1, 2, 3)}, left=500064)
        self.terramask('mosaic', self.one, unused, '-o', 'both.tif', '-q')
        self.assertTrue((self.pixels(self.work / 'both.tif') == np.hstack([self.values, self.values])).all())
        # Names say what colours need not.
        named = [self.paletted(f'named{i}.tif', self.values, colors, 500000 + 64 * i, ['a', 'b', 'c'])
                 for i, colors in enumerate((COLORS, self.crossed))]
        self.terramask('mosaic', *named, '-o', 'named.tif', '-q')

    def test_a_reference(self):
        other = self.paletted('reference.tif', RECODE[self.values], self.crossed)
        self.refuses(['evaluate', self.one, '--reference', other], 'reference.tif', 'value 0', '--map 0=', status=1)
        told = self.terramask('evaluate', self.one, '--reference', other, '--map', '0=2', '--map', '1=1', '--map',
                              '2=0').stdout
        self.assertRegex(told, 'accuracy +100')
        # Another choice of colours is no exchange of values.
        pale = self.paletted('pale.tif', self.values, {0: (9, 9, 9), 1: (20, 20, 20), 2: (0, 0, 255)})
        self.assertRegex(self.terramask('evaluate', self.one, '--reference', pale).stdout, 'accuracy +100')


if __name__ == '__main__':
    main()

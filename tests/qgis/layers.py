"""What QGIS shows of a file, asked through PyQGIS."""
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'faults'))
os.environ.setdefault('QT_QPA_PLATFORM', 'offscreen')
from support import SAMPLE, TOWN_MODEL, FaultTest, gdal, main, ogr, osr, skip  # noqa: E402,F401

try:
    from qgis.core import (QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRasterLayer, QgsRectangle,
                           QgsVectorLayer)
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor
except ImportError:
    skip('needs PyQGIS (python3-qgis) and its interpreter, /usr/bin/python3')

# Of a person's own settings none may count here, nor be changed.
settings = tempfile.TemporaryDirectory(prefix='terramask-qgis-')
os.environ['QGIS_CUSTOM_CONFIG_PATH'] = settings.name
QgsApplication.setPrefixPath('/usr', True)
application = QgsApplication([], False)
application.initQgis()

SEE_THROUGH = 'see through'


def shown(color):
    """'#rrggbb', or SEE_THROUGH."""
    return color.name() if color.alpha() == 255 else SEE_THROUGH if color.alpha() == 0 else color.name(QColor.HexArgb)


class QgisTest(FaultTest):
    def raster(self, name):
        layer = QgsRasterLayer(str(self.work / name), 'layer')
        self.assertTrue(layer.isValid(), name)
        return layer

    def vectors(self, name, layer=None):
        opened = QgsVectorLayer(str(self.work / name) + (f'|layername={layer}' if layer else ''), 'layer', 'ogr')
        self.assertTrue(opened.isValid(), name)
        return opened

    def legend(self, layer):
        """[(label, colour), ...] as the legend has it."""
        renderer = layer.renderer()
        if isinstance(layer, QgsRasterLayer):
            self.assertEqual(renderer.type(), 'paletted')
            return [(one.label, shown(one.color)) for one in renderer.classes()]
        self.assertEqual(renderer.type(), 'categorizedSymbol')
        return [(one.label(), shown(one.symbol().color())) for one in renderer.categories()]

    def picture(self, layer, extent=None, size=(512, 512), save=None):
        """The layer, drawn over nothing."""
        settings = QgsMapSettings()
        settings.setLayers([layer])
        settings.setDestinationCrs(layer.crs())
        settings.setExtent(QgsRectangle(*extent) if extent else layer.extent())
        settings.setOutputSize(QSize(*size))
        settings.setBackgroundColor(QColor(0, 0, 0, 0))
        settings.setFlag(QgsMapSettings.Antialiasing, False)
        job = QgsMapRendererSequentialJob(settings)
        job.start()
        job.waitForFinished()
        image = job.renderedImage()
        folder = os.environ.get('TERRAMASK_QGIS_PICTURES')
        if folder and save:
            image.save(os.path.join(folder, save + '.png'))
        return image

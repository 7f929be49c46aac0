<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
<pipe>
  <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1">
    <rasterTransparency />
    <colorPalette>
      <paletteEntry value="0" color="#b8a88a" alpha="0" label="background" />
      <paletteEntry value="1" color="#ffd400" alpha="255" label="road" />
      <paletteEntry value="2" color="#d7301f" alpha="255" label="building" />
      <paletteEntry value="3" color="#1b7837" alpha="255" label="tree" />
      <paletteEntry value="4" color="#a6d96a" alpha="255" label="low vegetation" />
      <paletteEntry value="5" color="#3182bd" alpha="255" label="water" />
    </colorPalette>
  </rasterrenderer>
</pipe>
</qgis>
<!-- Written by Terramask (7fe17acc7023887a). It is left as it is once it was changed. -->

#!/usr/bin/env python3
"""Measures `terramask vectorize` on a raster of 30,000 x 30,000 pixels: time, and peak resident memory.

A generated town's labels, and the mask of an image of roads where one is named, are laid side by side many times in a VRT.

    measurements/measure_vectorize.py --terramask build/release/bin/terramask --work measures [--mask roads.tif]
"""
import argparse
import json
import math
import os
import subprocess
import time


def tiled(source, path, side):
    """A VRT of as many copies of a raster as fill a square of `side` pixels."""
    info = json.loads(subprocess.run(["gdalinfo", "-json", source], check=True, capture_output=True).stdout)
    width, height = info["size"]
    across, down = math.ceil(side / width), math.ceil(side / height)
    band = info["bands"][0]
    classes = info.get("metadata", {}).get("", {}).get("TERRAMASK_CLASSES", "").replace('"', "&quot;")
    crs = info["coordinateSystem"]["wkt"].replace('"', "&quot;")
    properties = (f'RasterXSize="{width}" RasterYSize="{height}" DataType="{band["type"]}" '
                  f'BlockXSize="{band["block"][0]}" BlockYSize="{band["block"][1]}"')
    with open(path, "w") as vrt:
        vrt.write(f'<VRTDataset rasterXSize="{width * across}" rasterYSize="{height * down}"><SRS>{crs}</SRS>'
                  f'<GeoTransform>{",".join(map(repr, info["geoTransform"]))}</GeoTransform>'
                  f'<Metadata><MDI key="TERRAMASK_CLASSES">{classes}</MDI></Metadata>'
                  f'<VRTRasterBand dataType="{band["type"]}" band="1">')
        if "noDataValue" in band:
            vrt.write(f'<NoDataValue>{band["noDataValue"]}</NoDataValue>')
        for y in range(down):
            for x in range(across):
                vrt.write(f'<SimpleSource><SourceFilename>{os.path.abspath(source)}</SourceFilename>'
                          f'<SourceBand>1</SourceBand><SourceProperties {properties}/>'
                          f'<SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{height}"/>'
                          f'<DstRect xOff="{x * width}" yOff="{y * height}" xSize="{width}" ySize="{height}"/>'
                          "</SimpleSource>\n")
        vrt.write("</VRTRasterBand></VRTDataset>\n")
    return width * across * height * down


def measure(command):
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return said.strip().splitlines()[-1], time.monotonic() - begin, usage


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terramask", default="build/release/bin/terramask")
    parser.add_argument("--work", required=True, help="a folder for some gigabytes")
    parser.add_argument("--mask", help="a mask of roads")
    parser.add_argument("--side", type=int, default=30000)
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    town = os.path.join(arguments.work, "town")
    if not os.path.exists(os.path.join(town, "labels.tif")):
        subprocess.run([arguments.terramask, "scene", "-q", "-o", town, "--seed", "31", "--size", "1536"], check=True)
    sources = [os.path.join(town, "labels.tif")] + ([arguments.mask] if arguments.mask else [])
    out = os.path.join(arguments.work, "out.gpkg")
    ways = [[], ["--simplify", "1px", "--min-area", "5"], ["--centerlines", "--classes", "road"]]
    print("| mask | options | peak memory | wall, CPU seconds | megapixels/s | output |\n|---|---|---|---|---|---|")
    for source in sources:
        vrt = os.path.join(arguments.work, "large.vrt")
        pixels = tiled(source, vrt, arguments.side)
        for way in ways:
            said, seconds, usage = measure(
                [arguments.terramask, "vectorize", vrt, "-o", out, "--overwrite", *way])
            size = os.path.getsize(out)
            print(f"| {os.path.basename(source)}, {pixels / 1e6:.0f} Mpx | `{' '.join(way)}` | {usage.ru_maxrss / 1024:.0f} MiB "
                  f"| {seconds:.0f}, {usage.ru_utime + usage.ru_stime:.0f} | {pixels / 1e6 / seconds:.1f} "
                  f"| {said.split(': ', 1)[1].rsplit(', ', 1)[0]}, {size / 1e6:.0f} MB |", flush=True)
    os.remove(out)


if __name__ == "__main__":
    main()

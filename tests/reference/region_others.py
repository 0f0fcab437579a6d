"""The features of a region by MIRP and by pyradiomics, under the names that the table has. Both get the same arrays:
intensities, masks and levels as they are measured here, so that definitions are compared and nothing else.

MIRP (PyPI `mirp`) follows the IBSI throughout. pyradiomics: see `others.py` for how it is built. Where they differ:

| features | here, as the IBSI | they | so |
|---|---|---|---|
| stat_kurt | excess kurtosis | pyradiomics: 3 more | 3 less is taken |
| stat_energy | of the values as they are | pyradiomics: the same with `voxelArrayShift` 0 | compared |
| ih_entropy, ih_uniformity | of the levels | pyradiomics: `Entropy`, `Uniformity` of its bins | compared |
| stat_cov, stat_qcod with a divisor of 0 | none | MIRP: 0 and 1 | not compared |
| stat_skew, stat_kurt, gradients of constant regions | none | both: 0 or -3 | not compared |
| morph_pca_* axes | of a sample's covariance: by n - 1 | pyradiomics: by n | sqrt(n / (n - 1)) is multiplied |
| morph_moran_i, morph_geary_c | of all pairs | MIRP: of samples from 1000 voxels on | own formula in `shape.py` |
| loc_peak_* | of voxels that the image has | MIRP: its edge goes on, from 301 voxels on | own formula in `shape.py` |
| morph_volume, area, hull | marching cubes | MIRP: other tables for cells that are ambiguous | within MESH |
| the same | the same | pyradiomics: 0.15 % less volume for the liver of dcmqi | within MESH_OF_PYRADIOMICS |
| morph_area_dens_aee | the manual's series | MIRP: the same; pyradiomics: none | compared |
| morph_vol_dens_ombb, mvee | none | MIRP has them | not compared |
| ivh_* | units that are whole as they are, else 1000 bins | MIRP: by modality | told which |
| ih_mode of several | the one nearest the mean | MIRP: the first | not compared |
| cm_*_3d_avg | 13 directions | pyradiomics: the same, its default | compared |
| cm_* averaged | all directions that have a pair | pyradiomics: the same | compared |
| rlm_*_3d_avg | 13 directions | pyradiomics: those with a run of two voxels at least | not compared where one slice is all |
| ngt_* of a voxel that has no neighbour | not counted | pyradiomics: counted with a difference of 0 | not compared |
| cm_sum_var | about the sum average | pyradiomics has none | MIRP alone |
| ngt_coarseness of one level | none, or 1e6 | pyradiomics: 1e6; MIRP: 1e6 | not compared |
| ngl_glnu_norm, ngl_dc_perc, ngl_dc_energy | as the manual | pyradiomics has none | MIRP alone |
| entropies | sum p log2 p of what occurs | pyradiomics: 2.2e-16 is added to each p | within TEXTURE |
| levels that do not begin at 1 | as they are | pyradiomics: it counts from the lowest | not compared with it |
| 2d, 2.5d and merged matrices, dzm_* | as the manual | pyradiomics has none | MIRP alone |
"""

import logging
import sys
import types
import warnings
from dataclasses import dataclass

import numpy
from scipy import ndimage

TEXTURE, MESH, MESH_OF_PYRADIOMICS = 1e-6, 1e-3, 3e-3

DIRECTIONAL = (
    "2d_average", "2d_slice_merge", "2.5d_direction_merge", "2.5d_volume_merge", "3d_average", "3d_volume_merge",
)  # fmt: skip
PLAIN = ("2d", "2.5d", "3d")
# What MIRP calls an aggregation, and what the reference values do.
AGGREGATION = {
    "2d_average": "2d_avg", "2d_slice_merge": "2d_s_mrg", "2.5d_direction_merge": "2_5d_d_mrg",
    "2.5d_volume_merge": "2_5d_v_mrg", "3d_average": "3d_avg", "3d_volume_merge": "3d_v_mrg",
    "2d": "2d", "2.5d": "2_5d", "3d": "3d",
}  # fmt: skip
NOT_OF_MIRP = (
    "ih_mode", "loc_peak_loc", "loc_peak_glob", "morph_moran_i", "morph_geary_c", "ivh_v10", "ivh_v90", "ivh_i10",
    "ivh_i90", "ivh_diff_v10_v90", "ivh_diff_i10_i90",
)  # fmt: skip


@dataclass
class Measured:
    """A region as it is measured: arrays are z, y, x."""

    values: numpy.ndarray
    within: numpy.ndarray  # the intensity mask
    mask: numpy.ndarray  # the morphological mask
    levels: numpy.ndarray  # 0 outside
    spacing: numpy.ndarray  # z, y, x, mm

    def cropped(self) -> "Measured":
        """The box around the region and a voxel more."""
        corner = numpy.argwhere(self.mask)
        first = (corner.min(axis=0) - 1).clip(0)
        last = numpy.minimum(corner.max(axis=0) + 2, self.mask.shape)
        box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
        return Measured(self.values[box], self.within[box], self.mask[box], self.levels[box], self.spacing)


def mirp(region: Measured) -> dict:
    """All families; without interpolation, of the levels as they are."""
    # It reads files with ITK, which is large and not needed here.
    sys.modules.setdefault("itk", types.ModuleType("itk"))
    from mirp._features.feature_generator import generate_features
    from mirp._images.generic_image import GenericImage
    from mirp._masks.base_mask import BaseMask
    from mirp.settings.feature_parameters import FeatureExtractionSettingsClass

    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    region = region.cropped()
    how = {
        "image_spacing": tuple(map(float, region.spacing)),
        "image_origin": (0.0, 0.0, 0.0),
        "image_orientation": numpy.eye(3),
        "image_dimensions": region.mask.shape,
        "image_modality": "generic",
        "separate_slices": False,
    }
    mask = BaseMask(roi_name="region", image_data=region.mask, **how)
    mask.roi_morphology = mask.roi.copy()
    mask.roi_intensity = mask.roi.copy()
    mask.roi_intensity.set_voxel_grid(region.within)
    settings = FeatureExtractionSettingsClass(
        by_slice=False,
        base_feature_families=["all"],
        base_discretisation_method="none",
        ivh_discretisation_method="none",
        glcm_distance=1.0,
        glcm_spatial_method=list(DIRECTIONAL),
        glrlm_spatial_method=list(DIRECTIONAL),
        glszm_spatial_method=list(PLAIN),
        gldzm_spatial_method=list(PLAIN),
        ngtdm_spatial_method=list(PLAIN),
        ngldm_distance=1.0,
        ngldm_difference_level=0.0,
        ngldm_spatial_method=list(PLAIN),
    )
    images = {
        name: GenericImage(image_data=array.astype(float), **how)
        for name, array in (("values", region.values), ("levels", region.levels))
    }
    found, previous = {}, None
    for feature in generate_features(settings=settings):
        name = feature.abbr_name
        if name in NOT_OF_MIRP or "mvee" in name or "ombb" in name or name.startswith("ivh"):
            continue
        of_levels = name.split("_")[0] in ("ih", "cm", "rlm", "szm", "dzm", "ngt", "ngl")
        feature.compute(image=images["levels" if of_levels else "values"], mask=mask)
        if previous is not None:
            previous.clear_local_cache(other=feature)
        previous = feature
        method = getattr(feature, "spatial_method", None)
        found[f"{name}_{AGGREGATION[method]}" if method else name] = number(feature.value)
    if previous is not None:
        previous.clear_cache()
    return found


FIRST_ORDER = {
    "10Percentile": "p10", "90Percentile": "p90", "Energy": "energy", "InterquartileRange": "iqr", "Kurtosis": "kurt",
    "Maximum": "max", "MeanAbsoluteDeviation": "mad", "Mean": "mean", "Median": "median", "Minimum": "min",
    "Range": "range", "RobustMeanAbsoluteDeviation": "rmad", "RootMeanSquared": "rms", "Skewness": "skew",
    "Variance": "var",
}  # fmt: skip
SHAPE = {
    "MeshVolume": "volume", "VoxelVolume": "vol_approx", "SurfaceArea": "area_mesh", "SurfaceVolumeRatio": "av",
    "Sphericity": "sphericity", "Maximum3DDiameter": "diam", "MajorAxisLength": "pca_maj_axis",
    "MinorAxisLength": "pca_min_axis", "LeastAxisLength": "pca_least_axis", "Elongation": "pca_elongation",
    "Flatness": "pca_flatness",
}  # fmt: skip
GLCM = {
    "Autocorrelation": "auto_corr", "JointAverage": "joint_avg", "ClusterProminence": "clust_prom",
    "ClusterShade": "clust_shade", "ClusterTendency": "clust_tend", "Contrast": "contrast", "Correlation": "corr",
    "DifferenceAverage": "diff_avg", "DifferenceEntropy": "diff_entr", "DifferenceVariance": "diff_var",
    "JointEnergy": "energy", "JointEntropy": "joint_entr", "Imc1": "info_corr1", "Imc2": "info_corr2",
    "Idm": "inv_diff_mom", "Idmn": "inv_diff_mom_norm", "Id": "inv_diff", "Idn": "inv_diff_norm",
    "InverseVariance": "inv_var", "MaximumProbability": "joint_max", "SumAverage": "sum_avg",
    "SumEntropy": "sum_entr", "SumSquares": "joint_var",
}  # fmt: skip
GLRLM = {
    "ShortRunEmphasis": "sre", "LongRunEmphasis": "lre", "GrayLevelNonUniformity": "glnu",
    "GrayLevelNonUniformityNormalized": "glnu_norm", "RunLengthNonUniformity": "rlnu",
    "RunLengthNonUniformityNormalized": "rlnu_norm", "RunPercentage": "r_perc", "GrayLevelVariance": "gl_var",
    "RunVariance": "rl_var", "RunEntropy": "rl_entr", "LowGrayLevelRunEmphasis": "lgre",
    "HighGrayLevelRunEmphasis": "hgre", "ShortRunLowGrayLevelEmphasis": "srlge",
    "ShortRunHighGrayLevelEmphasis": "srhge", "LongRunLowGrayLevelEmphasis": "lrlge",
    "LongRunHighGrayLevelEmphasis": "lrhge",
}  # fmt: skip
GLSZM = {
    "SmallAreaEmphasis": "sze", "LargeAreaEmphasis": "lze", "GrayLevelNonUniformity": "glnu",
    "GrayLevelNonUniformityNormalized": "glnu_norm", "SizeZoneNonUniformity": "zsnu",
    "SizeZoneNonUniformityNormalized": "zsnu_norm", "ZonePercentage": "z_perc", "GrayLevelVariance": "gl_var",
    "ZoneVariance": "zs_var", "ZoneEntropy": "zs_entr", "LowGrayLevelZoneEmphasis": "lgze",
    "HighGrayLevelZoneEmphasis": "hgze", "SmallAreaLowGrayLevelEmphasis": "szlge",
    "SmallAreaHighGrayLevelEmphasis": "szhge", "LargeAreaLowGrayLevelEmphasis": "lzlge",
    "LargeAreaHighGrayLevelEmphasis": "lzhge",
}  # fmt: skip
NGTDM = {name: name.lower() for name in ("Coarseness", "Contrast", "Busyness", "Complexity", "Strength")}
GLDM = {
    "SmallDependenceEmphasis": "lde", "LargeDependenceEmphasis": "hde", "GrayLevelNonUniformity": "glnu",
    "DependenceNonUniformity": "dcnu", "DependenceNonUniformityNormalized": "dcnu_norm",
    "GrayLevelVariance": "gl_var", "DependenceVariance": "dc_var", "DependenceEntropy": "dc_entr",
    "LowGrayLevelEmphasis": "lgce", "HighGrayLevelEmphasis": "hgce", "SmallDependenceLowGrayLevelEmphasis": "ldlge",
    "SmallDependenceHighGrayLevelEmphasis": "ldhge", "LargeDependenceLowGrayLevelEmphasis": "hdlge",
    "LargeDependenceHighGrayLevelEmphasis": "hdhge",
}  # fmt: skip
# Module and class of pyradiomics, which arrays it gets, and the name here around the feature.
PYRADIOMICS = (
    ("firstorder", "RadiomicsFirstOrder", "values", FIRST_ORDER, "stat_{}"),
    ("shape", "RadiomicsShape", "shape", SHAPE, "morph_{}"),
    ("glcm", "RadiomicsGLCM", "levels", GLCM, "cm_{}_3d_avg"),
    ("glrlm", "RadiomicsGLRLM", "levels", GLRLM, "rlm_{}_3d_avg"),
    ("glszm", "RadiomicsGLSZM", "levels", GLSZM, "szm_{}_3d"),
    ("ngtdm", "RadiomicsNGTDM", "levels", NGTDM, "ngt_{}_3d"),
    ("gldm", "RadiomicsGLDM", "levels", GLDM, "ngl_{}_3d"),
)


def pyradiomics(region: Measured) -> dict | None:
    """What it has under the same definitions; None where it is not installed."""
    try:
        import importlib

        import SimpleITK

        modules = {name: importlib.import_module(f"radiomics.{name}") for name, *_ in PYRADIOMICS}
    except ImportError:
        return None
    logging.disable(logging.WARNING)
    region = region.cropped()

    def image(array):
        made = SimpleITK.GetImageFromArray(array)
        made.SetSpacing(tuple(map(float, region.spacing[::-1])))
        return made

    arrays = {
        "values": (region.values, region.within),
        "shape": (region.values, region.mask),
        "levels": (region.levels.astype(float), region.within),
    }
    from_one = region.levels[region.within].min() == 1
    found = {}
    for module, name, of, table, around in PYRADIOMICS:
        if of == "levels" and not from_one:
            continue
        values, mask = arrays[of]
        # Levels are whole, so bins of 1 keep them.
        measured = getattr(modules[module], name)(image(values), image(mask.astype(numpy.uint8)), binWidth=1)
        measured.disableAllFeatures()
        for feature in table:
            measured.enableFeatureByName(feature)
        told = measured.execute()
        found |= {around.format(ours): number(told[theirs]) for theirs, ours in table.items()}
    found["stat_kurt"] -= 3
    count = region.mask.sum()
    if count > 1:
        for axis in ("maj", "min", "least"):
            found[f"morph_pca_{axis}_axis"] *= numpy.sqrt(count / (count - 1))
    within = numpy.pad(region.within, 1)
    neighbours = ndimage.convolve(within.astype(int), numpy.ones((3, 3, 3), int))
    is_flat = any(numpy.ptp(places) == 0 for places in numpy.nonzero(region.within))
    left_out = ("rlm_",) if is_flat else ()
    if (neighbours[within] == 1).any():
        left_out += ("ngt_",)
    return {name: value for name, value in found.items() if not name.startswith(left_out or "-")}


def number(value) -> float | None:
    """None of what is not finite."""
    value = float(value)
    return value if numpy.isfinite(value) else None


def tolerance(name: str, mesh: float = MESH) -> float:
    """How far, relatively, these and the table may differ."""
    by_mesh = ("volume", "area", "av", "comp", "sph", "asph", "diam", "vol_dens", "conv_hull", "integ_int")
    if name.startswith("morph_") and name.removeprefix("morph_").startswith(by_mesh) and name != "morph_vol_approx":
        return mesh
    return TEXTURE


def tolerance_of_pyradiomics(name: str) -> float:
    return tolerance(name, MESH_OF_PYRADIOMICS)

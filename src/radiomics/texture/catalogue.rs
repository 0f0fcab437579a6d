//! The columns of the texture families, in their order: families, in each its aggregations, in each its features.
//! Names and codes are those of the IBSI manual (arXiv:1612.07003).

use crate::radiomics::feature::Feature;

/// The features of a family for each of its aggregations.
macro_rules! family {
    ($family:literal, [$($aggregation:literal $ending:literal),*], $features:tt) => {
        [$(family!(@one $family, $aggregation, $ending, $features)),*]
    };
    (@one $family:literal, $aggregation:literal, $ending:literal,
        [$($name:literal $code:literal $unit:literal $meaning:literal,)*]) => {
        [$(Feature {
            name: concat!($name, "_", $ending),
            code: $code,
            family: $family,
            aggregation: $aggregation,
            unit: $unit,
            meaning: $meaning,
        }),*]
    };
}
/// A family whose matrices have directions.
macro_rules! directional {
    ($family:literal, $features:tt) => {
        family!(
            $family,
            [
                "2d_avg" "2d_avg",
                "2d_s_mrg" "2d_s_mrg",
                "2.5d_d_mrg" "2_5d_d_mrg",
                "2.5d_v_mrg" "2_5d_v_mrg",
                "3d_avg" "3d_avg",
                "3d_v_mrg" "3d_v_mrg"
            ],
            $features
        )
    };
}
/// A family whose matrices have none.
macro_rules! undirected {
    ($family:literal, $features:tt) => {
        family!($family, ["2d" "2d", "2.5d" "2_5d", "3d" "3d"], $features)
    };
}

const GLCM: [[Feature; 25]; 6] = directional!("Grey level co-occurrence matrix features", [
    "cm_joint_max" "GYBY" "" "the largest share of a pair of grey levels",
    "cm_joint_avg" "60VM" "level" "the mean grey level of pairs",
    "cm_joint_var" "UR99" "level^2" "the variance of the grey levels of pairs",
    "cm_joint_entr" "TU9B" "bit" "the entropy of the pairs",
    "cm_diff_avg" "TF7R" "level" "the mean difference of a pair",
    "cm_diff_var" "D3YU" "level^2" "the variance of the differences",
    "cm_diff_entr" "NTRS" "bit" "the entropy of the differences",
    "cm_sum_avg" "ZGXS" "level" "the mean sum of a pair",
    "cm_sum_var" "OEEB" "level^2" "the variance of the sums",
    "cm_sum_entr" "P6QZ" "bit" "the entropy of the sums",
    "cm_energy" "8ZQL" "" "the sum of the squared shares of pairs",
    "cm_contrast" "ACUI" "level^2" "the mean squared difference",
    "cm_dissimilarity" "8S9J" "level" "the mean difference, which is the difference average",
    "cm_inv_diff" "IB1Z" "" "the mean of 1 / (1 + difference)",
    "cm_inv_diff_norm" "NDRX" "" "the mean of 1 / (1 + difference / number of grey levels)",
    "cm_inv_diff_mom" "WF0Z" "" "the mean of 1 / (1 + squared difference)",
    "cm_inv_diff_mom_norm" "1QCO" "" "the mean of 1 / (1 + (difference / number of grey levels)^2)",
    "cm_inv_var" "E8JP" "level^-2" "the mean of 1 / squared difference, pairs of one level left out",
    "cm_corr" "NI2N" "" "the correlation of the two grey levels of a pair",
    "cm_auto_corr" "QWB0" "level^2" "the mean product of the two grey levels",
    "cm_clust_tend" "DG8W" "level^2" "the second moment of the sums about twice the mean",
    "cm_clust_shade" "7NFM" "level^3" "the third moment of the sums about twice the mean",
    "cm_clust_prom" "AE86" "level^4" "the fourth moment of the sums about twice the mean",
    "cm_info_corr1" "R8DG" "" "(entropy of pairs - entropy of independent pairs) / entropy of levels",
    "cm_info_corr2" "JN9H" "" "sqrt(1 - exp(-2 (entropy of independent pairs - entropy of pairs)))",
]);

const GLRLM: [[Feature; 16]; 6] = directional!("Grey level run length matrix features", [
    "rlm_sre" "22OV" "voxel^-2" "the mean of 1 / run length^2",
    "rlm_lre" "W4KF" "voxel^2" "the mean of run length^2",
    "rlm_lgre" "V3SW" "level^-2" "the mean of 1 / grey level^2 over runs",
    "rlm_hgre" "G3QZ" "level^2" "the mean of grey level^2 over runs",
    "rlm_srlge" "HTZT" "level^-2 voxel^-2" "the mean of 1 / (run length^2 grey level^2)",
    "rlm_srhge" "GD3A" "level^2 voxel^-2" "the mean of grey level^2 / run length^2",
    "rlm_lrlge" "IVPO" "level^-2 voxel^2" "the mean of run length^2 / grey level^2",
    "rlm_lrhge" "3KUM" "level^2 voxel^2" "the mean of run length^2 grey level^2",
    "rlm_glnu" "R5YN" "" "the sum over grey levels of the squared number of runs, by the number of runs",
    "rlm_glnu_norm" "OVBL" "" "the sum over grey levels of the squared share of runs",
    "rlm_rlnu" "W92Y" "" "the sum over run lengths of the squared number of runs, by the number of runs",
    "rlm_rlnu_norm" "IC23" "" "the sum over run lengths of the squared share of runs",
    "rlm_r_perc" "9ZK5" "" "the number of runs by the number of voxels",
    "rlm_gl_var" "8CE5" "level^2" "the variance of the grey level over runs",
    "rlm_rl_var" "SXLW" "voxel^2" "the variance of the run length",
    "rlm_rl_entr" "HJ9O" "bit" "the entropy of grey level and run length",
]);

const GLSZM: [[Feature; 16]; 3] = undirected!("Grey level size zone matrix features", [
    "szm_sze" "5QRC" "voxel^-2" "the mean of 1 / zone size^2",
    "szm_lze" "48P8" "voxel^2" "the mean of zone size^2",
    "szm_lgze" "XMSY" "level^-2" "the mean of 1 / grey level^2 over zones",
    "szm_hgze" "5GN9" "level^2" "the mean of grey level^2 over zones",
    "szm_szlge" "5RAI" "level^-2 voxel^-2" "the mean of 1 / (zone size^2 grey level^2)",
    "szm_szhge" "HW1V" "level^2 voxel^-2" "the mean of grey level^2 / zone size^2",
    "szm_lzlge" "YH51" "level^-2 voxel^2" "the mean of zone size^2 / grey level^2",
    "szm_lzhge" "J17V" "level^2 voxel^2" "the mean of zone size^2 grey level^2",
    "szm_glnu" "JNSA" "" "the sum over grey levels of the squared number of zones, by the number of zones",
    "szm_glnu_norm" "Y1RO" "" "the sum over grey levels of the squared share of zones",
    "szm_zsnu" "4JP3" "" "the sum over zone sizes of the squared number of zones, by the number of zones",
    "szm_zsnu_norm" "VB3A" "" "the sum over zone sizes of the squared share of zones",
    "szm_z_perc" "P30P" "" "the number of zones by the number of voxels",
    "szm_gl_var" "BYLV" "level^2" "the variance of the grey level over zones",
    "szm_zs_var" "3NSA" "voxel^2" "the variance of the zone size",
    "szm_zs_entr" "GU8N" "bit" "the entropy of grey level and zone size",
]);

const GLDZM: [[Feature; 16]; 3] = undirected!("Grey level distance zone matrix features", [
    "dzm_sde" "0GBI" "voxel^-2" "the mean of 1 / zone distance^2",
    "dzm_lde" "MB4I" "voxel^2" "the mean of zone distance^2",
    "dzm_lgze" "S1RA" "level^-2" "the mean of 1 / grey level^2 over zones",
    "dzm_hgze" "K26C" "level^2" "the mean of grey level^2 over zones",
    "dzm_sdlge" "RUVG" "level^-2 voxel^-2" "the mean of 1 / (zone distance^2 grey level^2)",
    "dzm_sdhge" "DKNJ" "level^2 voxel^-2" "the mean of grey level^2 / zone distance^2",
    "dzm_ldlge" "A7WM" "level^-2 voxel^2" "the mean of zone distance^2 / grey level^2",
    "dzm_ldhge" "KLTH" "level^2 voxel^2" "the mean of zone distance^2 grey level^2",
    "dzm_glnu" "VFT7" "" "the sum over grey levels of the squared number of zones, by the number of zones",
    "dzm_glnu_norm" "7HP3" "" "the sum over grey levels of the squared share of zones",
    "dzm_zdnu" "V294" "" "the sum over zone distances of the squared number of zones, by the number of zones",
    "dzm_zdnu_norm" "IATH" "" "the sum over zone distances of the squared share of zones",
    "dzm_z_perc" "VIWW" "" "the number of zones by the number of voxels",
    "dzm_gl_var" "QK93" "level^2" "the variance of the grey level over zones",
    "dzm_zd_var" "7WT1" "voxel^2" "the variance of the zone distance",
    "dzm_zd_entr" "GBDU" "bit" "the entropy of grey level and zone distance",
]);

const NGTDM: [[Feature; 5]; 3] = undirected!("Neighbourhood grey tone difference matrix features", [
    "ngt_coarseness" "QCDE" "level^-1" "1 / mean difference of a voxel from its neighbours, at most 10^6",
    "ngt_contrast" "65HE" "level^3" "spread of the grey levels times the mean difference",
    "ngt_busyness" "NQ30" "" "mean difference by the differences of weighted grey levels",
    "ngt_complexity" "HDEZ" "level^2" "differences of pairs of grey levels, weighted by shares",
    "ngt_strength" "1X9X" "level" "squared differences of pairs of grey levels by the sum of differences",
]);

const NGLDM: [[Feature; 17]; 3] = undirected!("Neighbouring grey level dependence matrix features", [
    "ngl_lde" "SODN" "" "the mean of 1 / dependence count^2",
    "ngl_hde" "IMOQ" "" "the mean of dependence count^2",
    "ngl_lgce" "TL9H" "level^-2" "the mean of 1 / grey level^2 over voxels",
    "ngl_hgce" "OAE7" "level^2" "the mean of grey level^2 over voxels",
    "ngl_ldlge" "EQ3F" "level^-2" "the mean of 1 / (dependence count^2 grey level^2)",
    "ngl_ldhge" "JA6D" "level^2" "the mean of grey level^2 / dependence count^2",
    "ngl_hdlge" "NBZI" "level^-2" "the mean of dependence count^2 / grey level^2",
    "ngl_hdhge" "9QMG" "level^2" "the mean of dependence count^2 grey level^2",
    "ngl_glnu" "FP8K" "" "the sum over grey levels of the squared number of voxels, by the number of voxels",
    "ngl_glnu_norm" "5SPA" "" "the sum over grey levels of the squared share of voxels",
    "ngl_dcnu" "Z87G" "" "the sum over dependence counts of the squared number of voxels, by the number of voxels",
    "ngl_dcnu_norm" "OKJI" "" "the sum over dependence counts of the squared share of voxels",
    "ngl_dc_perc" "6XV8" "" "the number of neighbourhoods by the number of voxels",
    "ngl_gl_var" "1PFV" "level^2" "the variance of the grey level over voxels",
    "ngl_dc_var" "DNX2" "" "the variance of the dependence count",
    "ngl_dc_entr" "FCBV" "bit" "the entropy of grey level and dependence count",
    "ngl_dc_energy" "CAS9" "" "the sum of the squared shares of grey level and dependence count",
]);

/// The columns.
pub(super) static FEATURES: [Feature; 408] = {
    let families = [
        GLCM.as_flattened(),
        GLRLM.as_flattened(),
        GLSZM.as_flattened(),
        GLDZM.as_flattened(),
        NGTDM.as_flattened(),
        NGLDM.as_flattened(),
    ];
    let mut all = [GLCM[0][0]; 408];
    let (mut family, mut at, mut to) = (0, 0, 0);
    while family < families.len() {
        if at == families[family].len() {
            (family, at) = (family + 1, 0);
        } else {
            all[to] = families[family][at];
            (at, to) = (at + 1, to + 1);
        }
    }
    assert!(to == 408, "a column is missing");
    all
};

//! Regions without texture, and regions of odd shape.

use super::super::{features, measure};
use super::plain::{Case, fast};
use crate::volume::Volume;

fn case(size: [usize; 3], levels: &[u16]) -> Case {
    Case {
        levels: Volume::new(size, levels.to_vec()).unwrap(),
        n_levels: *levels.iter().max().unwrap(),
        mask: Volume::new(size, levels.iter().map(|level| *level > 0).collect()).unwrap(),
    }
}

fn value(values: &[Option<f64>], name: &str) -> Option<f64> {
    values[features().iter().position(|feature| feature.name == name).unwrap()]
}

fn close(values: &[Option<f64>], name: &str, expected: f64) {
    let value = value(values, name).unwrap();
    assert!((value - expected).abs() < 1e-12, "{name}: {value} is not {expected}");
}

#[test]
fn an_empty_region_has_no_texture() {
    for size in [[0, 0, 0], [3, 0, 2], [2, 2, 2]] {
        let (levels, mask) = (Volume::filled(size, 0), Volume::filled(size, true));
        assert_eq!(measure(&levels, 4, &mask), vec![None; 408]);
    }
    let (levels, mask) = (Volume::filled([2, 2, 2], 1), Volume::filled([2, 2, 1], true));
    assert_eq!(measure(&levels, 4, &mask), vec![None; 408], "volumes of different size");
}

#[test]
fn a_single_voxel_has_zones_and_runs_but_no_neighbours() {
    let values = fast(&case([1, 1, 1], &[3]));
    for (feature, value) in features().iter().zip(&values) {
        let neighbours = feature.name.starts_with("cm_") || feature.name.starts_with("ngt_");
        assert_eq!(value.is_none(), neighbours, "{}", feature.name);
    }
    for name in ["rlm_sre_3d_avg", "szm_lze_2d", "dzm_sde_3d", "ngl_lde_2_5d", "rlm_r_perc_2d_avg"]
    {
        close(&values, name, 1.0);
    }
    close(&values, "szm_hgze_3d", 9.0);
    close(&values, "ngl_dc_entr_3d", 0.0);
}

#[test]
fn a_constant_region_has_what_the_manual_defines_of_it() {
    let values = fast(&case([4, 3, 2], &[5; 24]));
    let undefined = ["cm_corr_", "cm_info_corr1_"];
    for (feature, value) in features().iter().zip(&values) {
        let none = undefined.iter().any(|name| feature.name.starts_with(name));
        assert_eq!(value.is_none(), none, "{}", feature.name);
    }
    close(&values, "cm_joint_max_3d_v_mrg", 1.0);
    close(&values, "cm_joint_avg_2d_avg", 5.0);
    close(&values, "cm_joint_entr_3d_avg", 0.0);
    close(&values, "cm_info_corr2_3d_v_mrg", 0.0);
    close(&values, "szm_lze_3d", 576.0);
    close(&values, "szm_lze_2d", 144.0);
    close(&values, "ngt_coarseness_3d", 1e6);
    for name in ["ngt_contrast_2d", "ngt_busyness_2_5d", "ngt_complexity_3d", "ngt_strength_3d"] {
        close(&values, name, 0.0);
    }
}

#[test]
fn a_row_has_runs_along_it_only() {
    let values = fast(&case([6, 1, 1], &[1, 1, 2, 2, 2, 1]));
    // Along the row 3 runs of 2, 3 and 1 voxels; across it, in 3 of 4 directions, 6 runs of 1.
    close(&values, "rlm_lre_2d_avg", (14.0 / 3.0 + 3.0) / 4.0);
    close(&values, "rlm_lre_2_5d_v_mrg", (14.0 + 18.0) / 21.0);
    close(&values, "rlm_r_perc_3d_v_mrg", (3.0 + 72.0) / 78.0);
    // Pairs along the row: 11, 12, 22, 22, 21; other directions have none and are left out.
    close(&values, "cm_contrast_2d_avg", 0.4);
    close(&values, "cm_contrast_3d_avg", 0.4);
    close(&values, "szm_z_perc_3d", 0.5);
}

#[test]
fn parts_apart_are_zones_of_their_own() {
    let values = fast(&case([7, 1, 1], &[2, 2, 0, 2, 0, 0, 2]));
    close(&values, "szm_lze_3d", (4.0 + 1.0 + 1.0) / 3.0);
    close(&values, "szm_z_perc_3d", 0.75);
    close(&values, "dzm_lde_3d", 1.0);
    close(&values, "ngl_hde_3d", (4.0 + 4.0 + 1.0 + 1.0) / 4.0);
}

#[test]
fn distances_are_measured_from_the_morphological_mask() {
    // One voxel in the middle of a mask of 5 x 5 x 3: 3 steps to the border in plane, 2 in space.
    let mut levels = Volume::filled([5, 5, 3], 0);
    let middle = levels.place([2, 2, 1]);
    levels.values_mut()[middle] = 4;
    let values = measure(&levels, 4, &Volume::filled([5, 5, 3], true));
    close(&values, "dzm_lde_2d", 9.0);
    close(&values, "dzm_lde_2_5d", 9.0);
    close(&values, "dzm_lde_3d", 4.0);
    // A voxel outside the mask counts as one at its border.
    let values = measure(&levels, 4, &Volume::filled([5, 5, 3], false));
    close(&values, "dzm_lde_3d", 1.0);
}

#[test]
fn the_number_of_levels_is_that_of_the_discretisation() {
    let stated = |n_levels| {
        let case = case([2, 1, 1], &[1, 3]);
        measure(&case.levels, n_levels, &case.mask)
    };
    close(&stated(3), "cm_inv_diff_norm_3d_avg", 1.0 / (1.0 + 2.0 / 3.0));
    close(&stated(8), "cm_inv_diff_norm_3d_avg", 1.0 / (1.0 + 2.0 / 8.0));
    assert_eq!(stated(0), stated(3), "a level that occurs is a level");
}

#[test]
fn columns_have_names_of_their_own() {
    let mut names: Vec<&str> = features().iter().map(|feature| feature.name).collect();
    assert!(names.iter().all(|name| !name.contains('.')));
    assert!(
        features().iter().all(|feature| feature.code.len() == 4 && !feature.meaning.is_empty())
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 408);
}

#[test]
fn the_highest_levels_fit() {
    let values = fast(&case([4, 1, 1], &[u16::MAX, 1, u16::MAX, u16::MAX]));
    close(&values, "szm_z_perc_3d", 0.75);
    assert!(value(&values, "cm_clust_prom_3d_avg").unwrap() > 0.0);
}

//! What follows from the runs.

use super::super::{
    Axis, analyse, experiments_csv, fits_json, laws, read_runs, runs_json, studies,
};
use super::{Made, amdahl, table};

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// Cells of a column of experiments.csv.
fn column(csv: &[u8], name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv);
    let at = reader.headers().unwrap().iter().position(|column| column == name).unwrap();
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

#[test]
fn exact_times_give_the_laws_back() {
    let found = studies(&read_runs(&table(&amdahl(&[1, 2, 4, 8]))).unwrap());
    let [study] = found.as_slice() else { panic!("one study") };
    let laws = laws(study);
    let [laws] = laws.as_slice() else { panic!("ranks alone have more than a base") };
    let law = laws.amdahl.unwrap().unwrap();
    assert!(near(law.serial_fraction, 0.05) && near(law.a_s, 0.5) && law.points == 4);
    // Amdahl's law is the universal one without the cost of pairs.
    let law = laws.usl.unwrap().unwrap();
    assert!(near(law.contention, 0.05) && near(law.coherency, 0.0) && law.points == 3);
    assert!(laws.gustafson.is_none());
    let json: serde_json::Value =
        serde_json::from_slice(&fits_json(std::slice::from_ref(laws)).unwrap()).unwrap();
    assert!(near(json["fits"][0]["amdahl"]["serial_fraction"].as_f64().unwrap(), 0.05));
}

#[test]
fn the_table_has_the_numbers_worked_by_hand() {
    let times = [(1, [9.7, 10.0, 10.3]), (4, [3.84, 4.0, 4.16])];
    let made = times.iter().flat_map(|&(p, times)| {
        (1..).zip(times).map(move |(rep, wall_s)| Made::new(p, 1, rep, wall_s))
    });
    let csv =
        experiments_csv(&studies(&read_runs(&table(&made.collect::<Vec<_>>())).unwrap())).unwrap();
    let number = |name: &str, row: usize| column(&csv, name)[row].parse::<f64>().unwrap();
    assert!(
        near(number("mean_s", 0), 10.0)
            && near(number("sd_s", 0), 0.3)
            && near(number("cv", 1), 0.04)
    );
    assert!(near(number("speedup", 1), 2.5) && near(number("efficiency", 1), 0.625));
    // S sqrt(0.03^2 + 0.04^2)
    assert!(near(number("speedup_sd", 1), 0.125));
    assert!(near(number("karp_flatt", 1), 0.2));
    // t is 4.302653 with 2 degrees of freedom.
    assert!((number("ci95_hi", 0) - (10.0 + 4.302_653 * 0.3 / 3_f64.sqrt())).abs() < 1e-6);
    // 0.72 / 0.9
    assert!(near(number("comm_eff", 1), 0.8) && near(number("load_balance", 1), 0.9));
    assert_eq!(column(&csv, "identical"), ["true", "true"]);
    assert_eq!(column(&csv, "karp_flatt")[0], "");
}

#[test]
fn points_beyond_the_cores_are_not_fitted() {
    let mut made = amdahl(&[1, 2, 4, 8]);
    made.push(Made::new(16, 1, 1, 99.0));
    let found = studies(&read_runs(&table(&made)).unwrap());
    assert!(near(laws(&found[0])[0].amdahl.unwrap().unwrap().serial_fraction, 0.05));
    let csv = experiments_csv(&found).unwrap();
    assert_eq!(column(&csv, "oversubscribed").last().unwrap(), "true");
}

#[test]
fn runs_of_other_environments_codecs_and_commits_are_never_mixed() {
    for (name, value) in [
        ("environment", "bbbb"),
        ("codec", "rle"),
        ("commit", "abc"),
        ("variant", "fast"),
        ("cache", "cold"),
        ("seed", "2"),
    ] {
        let mut made = amdahl(&[1, 2]);
        made.push(Made::new(4, 1, 1, 1.0).with(name, value));
        let found = studies(&read_runs(&table(&made)).unwrap());
        assert_eq!(found.len(), 2, "{name}");
        let alone = found.iter().find(|it| it.configurations.len() == 1).unwrap();
        assert_eq!(alone.configurations[0].speedup, None, "{name}");
    }
}

#[test]
fn warm_ups_do_not_count() {
    let mut made = amdahl(&[1, 2]);
    made.push(Made::new(1, 1, 1, 99.0).with("warm_up", "true"));
    let analysis = analyse(&read_runs(&table(&made)).unwrap());
    assert_eq!((analysis.runs, analysis.warm_ups), (6, 1));
    assert!(near(analysis.studies[0].study.configurations[0].time.max, 10.0));
}

#[test]
fn another_digest_is_found_in_its_configuration_alone() {
    let mut made = amdahl(&[1, 2, 4]);
    made[4] = made[4].clone().with("digest", "other");
    let analysis = analyse(&read_runs(&table(&made)).unwrap());
    let names: Vec<String> = analysis.not_identical().iter().map(|it| it.name()).collect();
    assert_eq!(names, ["small, 2 ranks x 1 thread"]);
    // The same bytes are wanted of another machine too.
    let mut made = amdahl(&[1]);
    made.push(Made::new(1, 1, 1, 5.0).with("environment", "bbbb").with("digest", "other"));
    assert_eq!(analyse(&read_runs(&table(&made)).unwrap()).not_identical().len(), 1);
    // Another seed makes other data.
    let mut made = amdahl(&[1]);
    made.push(Made::new(1, 1, 1, 5.0).with("seed", "2").with("digest", "other"));
    assert!(analyse(&read_runs(&table(&made)).unwrap()).not_identical().is_empty());
    // A run alone can be compared with none.
    let alone = analyse(&read_runs(&table(&[Made::new(1, 1, 1, 5.0)])).unwrap());
    assert_eq!(alone.studies[0].study.configurations[0].identical, None);
}

#[test]
fn weak_scaling_compares_times_of_growing_data() {
    let weak = |p: usize, wall_s| {
        Made { files: 100 * p as u64, ..Made::new(p, 1, 1, wall_s) }.with("scaling", "weak")
    };
    // S = p - 0.1 (p - 1) and S = p T1 / Tp.
    let made: Vec<Made> =
        [1, 2, 4].map(|p| weak(p, 2.0 * p as f64 / (p as f64 - 0.1 * (p as f64 - 1.0)))).to_vec();
    let found = studies(&read_runs(&table(&made)).unwrap());
    let [study] = found.as_slice() else { panic!("one study") };
    assert_eq!(study.data(), [&(100, "small".to_owned())]);
    let last = study.configurations.last().unwrap();
    assert!(near(last.speedup.unwrap(), 3.7) && near(last.efficiency.unwrap(), 0.925));
    assert_eq!(last.karp_flatt, None);
    let laws = laws(study);
    assert!(
        near(laws[0].gustafson.unwrap().unwrap().serial_fraction, 0.1) && laws[0].amdahl.is_none()
    );
}

#[test]
fn what_costs_and_what_grows_is_found() {
    let analysis = analyse(&read_runs(&table(&amdahl(&[1, 2, 4]))).unwrap());
    let [found] = analysis.studies[0].bottlenecks.as_slice() else { panic!("ranks alone") };
    assert_eq!(
        (found.axis, found.costs.len(), found.costs[0].largest()),
        (Axis::Ranks, 3, "encode")
    );
    assert!(near(found.costs[0].shares.iter().sum(), 1.0));
    let grown = &found.growth(4)[0];
    // Of 100 files: from 1 s to 4 s.
    assert!(grown.activity == "write" && near(grown.base_ms, 10.0) && near(grown.added_ms(), 30.0));
    // Of the processors that are asked about, and no others.
    assert!(near(found.growth(2)[0].added_ms(), 10.0) && found.growth(1).is_empty());
    // 7 s of work on one, 10 s on four.
    assert!(near(found.top().unwrap().scalability.unwrap(), 0.7));
}

#[test]
fn efficiency_is_the_product_of_its_factors() {
    let weak = |p: usize| {
        Made { files: 100 * p as u64, ..Made::new(p, 1, 1, 2.0 + p as f64) }.with("scaling", "weak")
    };
    let with_wait = |run: Made| {
        let seconds = 3 * run.ranks;
        run.with("wait_s", &seconds.to_string())
    };
    for made in [amdahl(&[1, 2, 4, 8]), [1, 2, 4].map(|p| with_wait(weak(p))).to_vec()] {
        let analysis = analyse(&read_runs(&table(&made)).unwrap());
        let costs = &analysis.studies[0].bottlenecks[0].costs;
        for cost in costs {
            let product = cost.scalability.unwrap() * cost.useful / costs[0].useful;
            assert!(near(cost.efficiency.unwrap(), product), "p = {}", cost.p);
        }
    }
}

#[test]
fn efficiency_is_judged_on_the_cores_alone() {
    let mut made = amdahl(&[1, 2, 4, 8]);
    made.push(Made::new(16, 1, 1, 10.0));
    let analysis = analyse(&read_runs(&table(&made)).unwrap());
    // 0.952, 0.870 and 0.741 of two, four and eight.
    let below = |least| {
        let (below, asked) = analysis.below(least);
        (below.len(), asked)
    };
    assert_eq!((below(0.7), below(0.8), below(0.9)), ((0, 3), (1, 3), (2, 3)));
}

#[test]
fn the_export_has_the_shape_of_hyperfines() {
    let json = runs_json(&studies(&read_runs(&table(&amdahl(&[1, 2]))).unwrap())).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let result = &json["results"][1];
    for name in ["mean", "stddev", "median", "user", "system", "min", "max"] {
        assert!(result[name].is_f64(), "{name}");
    }
    assert_eq!(result["times"].as_array().unwrap().len(), 3);
    assert_eq!(result["exit_codes"], serde_json::json!([0, 0, 0]));
    assert_eq!(result["parameters"]["ranks"], "2");
    assert_eq!(result["command"], "small, 2 ranks x 1 thread");
}

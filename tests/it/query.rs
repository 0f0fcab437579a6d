//! `sauva query` and `sauva find` over tables that are made for it.

use std::fs::{self, File};
use std::path::Path;
use std::process::Output;

use sauva::table::{Cell, Column, Kind, Layout, TableWriter};
use serde_json::Value;

use crate::help::{printed, sauva};

const fn column(name: &'static str, kind: Kind, unit: &'static str) -> Column {
    Column { name, kind, unit, meaning: "what it means" }
}

const INDEX: Layout = Layout {
    columns: &[
        column("path", Kind::Text, ""),
        column("PatientID", Kind::Text, ""),
        column("StudyInstanceUID", Kind::Text, ""),
        column("SeriesInstanceUID", Kind::Text, ""),
        column("SOPInstanceUID", Kind::Text, ""),
        column("Modality", Kind::Text, ""),
        column("Manufacturer", Kind::Text, ""),
        column("BodyPartExamined", Kind::Text, ""),
        column("StudyDescription", Kind::Text, ""),
        column("SeriesDescription", Kind::Text, ""),
        column("ImageType", Kind::Texts, ""),
        column("ConvolutionKernel", Kind::Text, ""),
        column("InstanceNumber", Kind::Int32, ""),
        column("mean", Kind::Real, "HU"),
        column("s4", Kind::Decimal38, ""),
        column("dhash64", Kind::UInt64, ""),
        column("pixel_blake3", Kind::Bytes(2), ""),
    ],
    sorted_by: &["StudyInstanceUID", "SeriesInstanceUID", "InstanceNumber"],
    bloom: &["SOPInstanceUID"],
};

const SERIES: Layout = Layout {
    columns: &[
        column("SeriesInstanceUID", Kind::Text, ""),
        column("outlier", Kind::Text, ""),
        column("images", Kind::UInt32, ""),
    ],
    sorted_by: &["SeriesInstanceUID"],
    bloom: &[],
};

const INSTANCES: usize = 400;
const OF_A_SERIES: usize = 4;

fn series_of(number: usize) -> String {
    format!("2.25.7{:03}", number / OF_A_SERIES)
}

fn instance(number: usize) -> Vec<Cell<'static>> {
    let text = |text: String| Cell::Text(text.into());
    let series = number / OF_A_SERIES;
    let of = |texts: &[&str]| text(texts[series % texts.len()].to_owned());
    vec![
        text(format!("dicom/a b/{number}.dcm")),
        text(format!("P{}", series % 10)),
        text(format!("2.25.3{:03}", series / 2)),
        text(series_of(number)),
        text(format!("2.25.9{number}")),
        of(&["CT", "CT", "MR"]),
        of(&["SIEMENS", "GE MEDICAL SYSTEMS"]),
        of(&["CHEST", "HEAD"]),
        of(&["Thorax 100%", "Head_1"]),
        if series.is_multiple_of(5) { Cell::Null } else { of(&["Lung, \"thin\"", "Bone"]) },
        Cell::Texts(vec!["ORIGINAL".into(), "AXIAL".into()]),
        of(&["B30f", "BONE"]),
        Cell::Int((number % OF_A_SERIES) as i64),
        if number == 7 { Cell::Null } else { Cell::Real(number as f64 + 0.1) },
        Cell::Decimal(10_i128.pow(30) + number as i128),
        Cell::Natural(u64::MAX - number as u64),
        Cell::Bytes(vec![0xab, number as u8].into()),
    ]
}

fn write(
    folder: &Path,
    name: &str,
    layout: &Layout,
    rows: impl Iterator<Item = Vec<Cell<'static>>>,
) {
    let file = File::create(folder.join(format!("{name}.parquet"))).unwrap();
    let mut table = TableWriter::new(file, layout, &[]).unwrap();
    for row in rows {
        table.row(&row).unwrap();
    }
    table.finish().unwrap();
}

/// An output folder, as far as these commands look into it.
fn output() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "index", &INDEX, (0..INSTANCES).map(instance));
    let series = (0..INSTANCES).step_by(OF_A_SERIES).map(|number| {
        let is_outlier = number == 8 || number == 40;
        let outlier = if is_outlier { Cell::Text("noise".into()) } else { Cell::Null };
        vec![Cell::Text(series_of(number).into()), outlier, Cell::Natural(OF_A_SERIES as u64)]
    });
    write(folder.path(), "series", &SERIES, series);
    folder
}

fn run(command: &str, folder: &Path, more: &[&str]) -> Output {
    sauva(&[command]).arg(folder).args(more).output().unwrap()
}

/// What a command that must succeed writes.
fn told(command: &str, folder: &Path, more: &[&str]) -> String {
    let output = run(command, folder, more);
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn answer(folder: &Path, sql: &str) -> Value {
    serde_json::from_str(&told("query", folder, &[sql, "--format", "json"])).unwrap()
}

/// The numbers of the instances that are found.
fn found(folder: &Path, more: &[&str]) -> Vec<usize> {
    let told = told("find", folder, &[more, &["--paths"]].concat());
    let number = |line: &str| line.strip_prefix("dicom/a b/")?.strip_suffix(".dcm")?.parse().ok();
    told.lines().map(|line| number(line).unwrap()).collect()
}

fn those(wanted: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..INSTANCES).filter(|number| wanted(*number)).collect()
}

#[test]
fn sql_is_answered_in_three_formats() {
    let out = output();
    let sql = "SELECT path, mean, SeriesDescription FROM index WHERE SOPInstanceUID = '2.25.94'";
    let csv = told("query", out.path(), &[sql, "--format", "csv"]);
    assert_eq!(csv, "path,mean,SeriesDescription\r\ndicom/a b/4.dcm,4.1,Bone\r\n");
    let json = answer(out.path(), "SELECT * FROM index WHERE InstanceNumber = 3 LIMIT 2");
    assert_eq!(json[0]["SeriesDescription"], Value::Null);
    assert_eq!(json[0]["ImageType"], "ORIGINAL\\AXIAL");
    assert_eq!(json[1]["mean"], Value::Null);
    assert_eq!(json[1]["s4"], 1e30);
    assert_eq!(json[1]["dhash64"], (u64::MAX - 7).to_string());
    assert_eq!(json[1]["pixel_blake3"], "ab07");
    let table = told("query", out.path(), &["SELECT count(*) AS n, max(mean) FROM index"]);
    assert_eq!(table, "n    max(mean)\n---  ---------\n400      399.1\n");
}

#[test]
fn aggregates_are_those_of_the_tables() {
    let out = output();
    let wanted = "SELECT median(x) AS m, quantile(x, 0.25) AS q, var(x) AS v, stddev(x) AS s
                  FROM (SELECT 1.0 AS x UNION ALL SELECT 3 UNION ALL SELECT NULL UNION ALL SELECT 4
                        UNION ALL SELECT 6)";
    let found = answer(out.path(), wanted);
    // numpy: median, quantile, var, std of [1, 3, 4, 6].
    assert_eq!(found[0]["m"], 3.5);
    assert_eq!(found[0]["q"], 2.5);
    assert_eq!(found[0]["v"], 3.25);
    assert_eq!(found[0]["s"], 3.25_f64.sqrt());
    let empty = answer(out.path(), "SELECT median(mean) AS m, var(mean) AS v FROM index WHERE 0");
    assert_eq!((&empty[0]["m"], &empty[0]["v"]), (&Value::Null, &Value::Null));
    let refused = run("query", out.path(), &["SELECT quantile(mean, 2) FROM index"]);
    assert!(printed(&refused).contains("needs a q from 0 to 1"));
}

#[test]
fn tables_are_joined_and_many_values_looked_up() {
    let out = output();
    let joined = "SELECT count(*) AS n, sum(images) AS images
                  FROM index JOIN series USING (SeriesInstanceUID)";
    let found = answer(out.path(), joined);
    assert_eq!((&found[0]["n"], &found[0]["images"]), (&400.into(), &1600.into()));
    let uids: Vec<String> = (0..150).map(|number| format!("'2.25.9{}'", number * 2)).collect();
    let many =
        format!("SELECT count(*) AS n FROM index WHERE SOPInstanceUID IN ({})", uids.join(","));
    assert_eq!(answer(out.path(), &many)[0]["n"], 150);
    // What is no byte-by-byte comparison of texts must not be taken for one.
    let loose = "SELECT count(*) AS n FROM index WHERE Modality = 'ct' COLLATE NOCASE";
    assert_eq!(answer(out.path(), loose)[0]["n"], those(|number| number / 4 % 3 < 2).len());
    let number = "SELECT count(*) AS n FROM index WHERE InstanceNumber = '3'";
    assert_eq!(answer(out.path(), number)[0]["n"], 100);
}

#[test]
fn a_query_can_only_read() {
    let out = output();
    let before = fs::read_dir(out.path()).unwrap().count();
    let outside = out.path().join("new.db");
    let outside = outside.to_str().unwrap();
    let refused = [
        format!("ATTACH '{outside}' AS other"),
        format!("VACUUM INTO '{outside}'"),
        "PRAGMA user_version = 1".to_owned(),
        "PRAGMA temp_store_directory = '/tmp'".to_owned(),
        "PRAGMA query_only = 0".to_owned(),
        format!("SELECT load_extension('{outside}')"),
        "SELECT LOAD_EXTENSION('a', 'b')".to_owned(),
        "CREATE TABLE new (a)".to_owned(),
        "CREATE TEMP TABLE new AS SELECT * FROM index".to_owned(),
        "CREATE VIRTUAL TABLE new USING index".to_owned(),
        "DELETE FROM index".to_owned(),
        "UPDATE index SET mean = 0".to_owned(),
        "INSERT INTO series VALUES ('a', 'b', 1)".to_owned(),
        "BEGIN".to_owned(),
        "SELECT 1; DROP TABLE series".to_owned(),
        "SELECT * FROM pragma_database_list".to_owned(),
        String::new(),
    ];
    for sql in refused {
        let output = run("query", out.path(), &[&sql]);
        assert_eq!(output.status.code(), Some(1), "{sql}: {}", printed(&output));
        assert!(output.stdout.is_empty(), "{sql}");
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), before);
}

#[test]
fn a_name_that_is_not_known_is_answered_with_those_that_are() {
    let out = output();
    let told = printed(&run("query", out.path(), &["SELECT a FROM studies"]));
    assert!(told.contains("no such table: studies; the tables are index, series"), "{told}");
    let told = printed(&run("query", out.path(), &["SELECT outliers FROM series"]));
    assert!(told.contains("no such column: outliers"), "{told}");
    assert!(told.contains("series: SeriesInstanceUID, outlier, images"), "{told}");
    let told = printed(&run("query", out.path(), &["SELECT \"Modalty\" FROM index"]));
    assert!(told.contains("no such column"), "{told}");
    let told = printed(&run("query", out.path(), &["SELECT count(* FROM index"]));
    assert!(told.contains("syntax error"), "{told}");
}

#[test]
fn without_sql_the_columns_are_listed() {
    let out = output();
    let told = told("query", out.path(), &["--format", "csv"]);
    assert!(told.contains("index,400,mean,Real,HU,what it means\r\n"), "{told}");
    assert!(told.contains("series,100,outlier,Text,,what it means\r\n"), "{told}");
}

#[test]
fn each_option_of_find_finds() {
    let out = output();
    let folder = out.path();
    assert_eq!(found(folder, &["--instance", "2.25.9123"]), [123]);
    assert_eq!(found(folder, &["--instance", "2.25.95", "--instance", "2.25.96"]), [5, 6]);
    assert_eq!(found(folder, &["--series", "2.25.7002"]), [8, 9, 10, 11]);
    assert_eq!(found(folder, &["--study", "2.25.3001"]), those(|number| number / 8 == 1));
    assert_eq!(found(folder, &["--patient", "P3"]), those(|number| number / 4 % 10 == 3));
    assert_eq!(found(folder, &["--modality", "mr"]), those(|number| number / 4 % 3 == 2));
    let both = found(folder, &["--modality", "MR", "--modality", "CT"]);
    assert_eq!(both.len(), INSTANCES);
    assert_eq!(found(folder, &["--manufacturer", "siem"]), those(|number| number / 4 % 2 == 0));
    assert_eq!(found(folder, &["--kernel", "b30"]), those(|number| number / 4 % 2 == 0));
    assert_eq!(found(folder, &["--body-part", "Head"]), those(|number| number / 4 % 2 == 1));
    // Signs that have a meaning to LIKE are meant as they are.
    assert_eq!(found(folder, &["--text", "100%"]), those(|number| number / 4 % 2 == 0));
    assert_eq!(found(folder, &["--text", "%"]).len(), INSTANCES / 2);
    assert_eq!(found(folder, &["--text", "d_1"]), those(|number| number / 4 % 2 == 1));
    let is_bone = |series: usize| series % 2 == 1 && !series.is_multiple_of(5);
    assert_eq!(found(folder, &["--text", "bone"]), those(|number| is_bone(number / 4)));
    assert_eq!(found(folder, &["--outliers"]), [8, 9, 10, 11, 40, 41, 42, 43]);
    assert_eq!(found(folder, &["--outliers", "--patient", "P2", "--limit", "3"]), [8, 9, 10]);
    assert_eq!(found(folder, &["--patient", "P1' OR '1'='1"]), Vec::<usize>::new());
}

#[test]
fn find_shows_columns_and_paths_for_xargs() {
    let out = output();
    let one = ["--instance", "2.25.95"];
    let csv = told(
        "find",
        out.path(),
        &[&one[..], &["--columns", "path,mean", "--format", "csv"]].concat(),
    );
    assert_eq!(csv, "path,mean\r\ndicom/a b/5.dcm,5.1\r\n");
    let paths = told("find", out.path(), &[&one[..], &["--paths", "-0"]].concat());
    assert_eq!(paths, "dicom/a b/5.dcm\0");
    let table = told("find", out.path(), &one);
    assert!(table.starts_with("PatientID  Modality  SeriesDescription"), "{table}");
    let told = printed(&run("find", out.path(), &["--columns", "path,none"]));
    assert!(told.contains("no such column"), "{told}");
}

#[test]
fn a_folder_without_tables_and_a_damaged_table_are_errors() {
    let empty = tempfile::tempdir().unwrap();
    for command in ["query", "find"] {
        let output = run(command, empty.path(), &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(printed(&output).contains("no table there"), "{}", printed(&output));
    }
    let out = output();
    let index = out.path().join("index.parquet");
    let bytes = fs::read(&index).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], &bytes[..bytes.len() - 1], b"", b"PAR1PAR1"] {
        fs::write(&index, damaged).unwrap();
        let output = run("query", out.path(), &["SELECT 1"]);
        assert_eq!(output.status.code(), Some(1));
        let told = printed(&output);
        assert!(told.contains("index.parquet cannot be read"), "{told}");
        assert!(!told.contains(out.path().to_str().unwrap()), "{told}");
    }
    // The data, but not the footer.
    let mut damaged = bytes.clone();
    damaged[40..bytes.len() / 3].fill(0xa5);
    fs::write(&index, damaged).unwrap();
    let output = run("query", out.path(), &["SELECT * FROM index"]);
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    assert!(printed(&output).contains("damaged"), "{}", printed(&output));
}

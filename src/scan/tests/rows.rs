use std::sync::Arc;

use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::listed::told_of;
use super::*;

type Row<'a> = (Option<&'a [u8]>, Option<i64>);

/// A Parquet file of these columns, with rows by groups. Nulls are left out of columns that have none.
fn parquet(columns: &str, compression: Compression, groups: &[&[Row<'_>]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message list {{ {columns} }}")).unwrap());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut file =
        SerializedFileWriter::new(Vec::new(), schema.clone(), Arc::new(properties)).unwrap();
    for rows in groups {
        let mut group = file.next_row_group().unwrap();
        let paths: Vec<_> = rows.iter().filter_map(|row| Some(row.0?.to_vec().into())).collect();
        let sizes: Vec<i64> = rows.iter().filter_map(|row| row.1).collect();
        let levels = |is_there: fn(&Row<'_>) -> bool| -> Vec<i16> {
            rows.iter().map(|row| i16::from(is_there(row))).collect()
        };
        let (with_path, with_size) = (levels(|row| row.0.is_some()), levels(|row| row.1.is_some()));
        while let Some(mut column) = group.next_column().unwrap() {
            match column.untyped() {
                ColumnWriter::ByteArrayColumnWriter(to) => {
                    to.write_batch(&paths, Some(&with_path), None).unwrap()
                }
                ColumnWriter::Int64ColumnWriter(to) => {
                    to.write_batch(&sizes, Some(&with_size), None).unwrap()
                }
                ColumnWriter::Int32ColumnWriter(to) => {
                    let sizes: Vec<i32> = sizes.iter().map(|size| *size as i32).collect();
                    to.write_batch(&sizes, Some(&with_size), None).unwrap()
                }
                ColumnWriter::DoubleColumnWriter(to) => {
                    to.write_batch(&vec![1.0; sizes.len()], Some(&with_size), None).unwrap()
                }
                _ => panic!("no column of the tests"),
            };
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

#[test]
fn a_parquet_list_tells_what_a_scan_tells() {
    let tree = tree(6);
    let all = walk(tree.path());
    let bytes: Vec<&[u8]> = all.keys().map(|path| path.as_os_str().as_bytes()).collect();
    let unknown: Vec<Row<'_>> = bytes.iter().map(|path| (Some(*path), None)).collect();
    let (first, second) = unknown.split_at(700);
    let forms = [
        ("OPTIONAL BYTE_ARRAY path; OPTIONAL INT64 size_bytes;", Compression::UNCOMPRESSED),
        ("REQUIRED BYTE_ARRAY path;", Compression::SNAPPY),
        ("OPTIONAL INT32 size; OPTIONAL BYTE_ARRAY path (UTF8);", Compression::SNAPPY),
        ("REQUIRED BYTE_ARRAY path (STRING);", Compression::GZIP(GzipLevel::default())),
        ("OPTIONAL BYTE_ARRAY path;", Compression::ZSTD(ZstdLevel::default())),
    ];
    for (columns, compression) in forms {
        let list = parquet(columns, compression, &[first, &[], second]);
        assert_eq!(told_of(tree.path(), &list), (all.clone(), None), "{columns}");
    }
}

#[test]
fn sizes_of_any_integer_are_believed_and_nulls_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("there"), "22").unwrap();
    let rows: &[Row<'_>] = &[
        (Some(b"a"), Some(3)),
        (Some(b"there"), None),
        (Some(b"b"), Some(-1)),
        (Some(b"./c"), Some(0)),
    ];
    for (column, largest) in [
        ("OPTIONAL INT64 size (UINT_64)", u64::MAX),
        ("OPTIONAL INT64 size_bytes (INTEGER(64,false))", u64::MAX),
        ("OPTIONAL INT32 size (UINT_32)", u32::MAX.into()),
    ] {
        let columns = format!("REQUIRED BYTE_ARRAY path; {column};");
        let (told, error) =
            told_of(folder.path(), &parquet(&columns, Compression::SNAPPY, &[rows]));
        assert_eq!(error, None);
        let what = |path: &str| told[Path::new(path)].1;
        assert_eq!(what("a"), Ok((3, 0)));
        assert_eq!(what("b"), Ok((largest, 0)));
        assert_eq!(what("c"), Ok((0, 0)));
        assert_eq!(what("there"), walk(folder.path())[Path::new("there")].1);
    }
}

#[test]
fn every_refusal_of_rows_says_where_and_never_what() {
    let folder = tempfile::tempdir().unwrap();
    let good: &[Row<'_>] = &[(Some(b"DOE"), Some(1)), (Some(b"b"), Some(1))];
    let one = |row| [row];
    let both = "OPTIONAL BYTE_ARRAY path; OPTIONAL INT64 size;";
    let cases: [(&str, &[Row<'_>], &str); 9] = [
        (both, &one((None, Some(1))), "row 3: no path"),
        (both, &one((Some(b""), None)), "row 3: no path"),
        (both, &one((Some(b"c"), Some(-1))), "row 3: no size in bytes"),
        (both, &one((Some(b"DOE/../DOE"), None)), "row 3: a path with `..`"),
        (both, &one((Some(b"/DOE"), None)), "row 3: an absolute path outside"),
        (both, &one((Some(b"c\0"), None)), "row 3: a NUL byte"),
        (both, &one((Some(b".//DOE"), None)), "row 1 and row 3 name the same file"),
        ("REQUIRED BYTE_ARRAY DOE;", good, "the Parquet file has no column `path`"),
        ("REQUIRED INT64 path;", good, "the Parquet file has no column `path`"),
    ];
    for (columns, rows, expected) in cases {
        let list = parquet(columns, Compression::SNAPPY, &[good, rows]);
        let error = told_of(folder.path(), &list).1.unwrap().to_string();
        assert!(error.starts_with(&format!("--manifest: {expected}")), "{error}");
        assert!(!error.contains("DOE"), "{error}");
    }
    for sizes in
        ["REQUIRED DOUBLE size", "REQUIRED BYTE_ARRAY size", "REQUIRED INT64 size (TIME_MICROS)"]
    {
        let columns = format!("REQUIRED BYTE_ARRAY path; {sizes};");
        let list = parquet(&columns, Compression::SNAPPY, &[good]);
        let error = told_of(folder.path(), &list).1.unwrap().to_string();
        assert!(error.starts_with("--manifest: the Parquet file has sizes that are no"), "{error}");
    }
}

#[test]
fn a_damaged_parquet_list_never_looks_complete_by_fewer_rows() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..200).map(|number| format!("{number}")).collect();
    let rows: Vec<Row<'_>> = names.iter().map(|name| (Some(name.as_bytes()), Some(1))).collect();
    let columns = "OPTIONAL BYTE_ARRAY path; OPTIONAL INT64 size;";
    let list = parquet(columns, Compression::SNAPPY, &[&rows]);
    assert_eq!(told_of(folder.path(), &list).0.len(), 200);
    for at in (4..list.len() - 4).step_by(7) {
        let mut damaged = list.clone();
        damaged[at] ^= 0x15;
        let (told, error) = told_of(folder.path(), &damaged);
        assert!(error.is_some() || told.len() >= 200, "byte {at}: {} rows", told.len());
    }
    let (_, error) = told_of(folder.path(), &list[..list.len() - 5]);
    assert!(matches!(error, Some(ScanError::List(ListError::At(Place::Line(_), _)))), "{error:?}");
}

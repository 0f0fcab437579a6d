//! What goes in comes out, from equal rows come equal bytes, groups are passed over, damage is an error.

use std::io::Write;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{Cell, Column, GROUP_ROWS, Kind, Layout, TableReader, TableWriter};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, unit: "mm", meaning: "a column" }
}

const COLUMNS: &[Column] = &[
    column("text", Kind::Text),
    column("texts", Kind::Texts),
    column("int32", Kind::Int32),
    column("int64", Kind::Int64),
    column("uint32", Kind::UInt32),
    column("uint64", Kind::UInt64),
    column("real", Kind::Real),
    column("bool", Kind::Bool),
    column("bytes", Kind::Bytes(4)),
    column("decimal", Kind::Decimal38),
];
const LAYOUT: Layout = Layout { columns: COLUMNS, sorted_by: &["int64"], bloom: &["text"] };

type Row = Vec<Cell<'static>>;

fn written(rows: &[Row]) -> Vec<u8> {
    let notes = [("schema", "test 1".to_owned())];
    let mut table = TableWriter::new(Vec::new(), &LAYOUT, &notes).unwrap();
    for row in rows {
        table.row(row).unwrap();
    }
    table.finish().unwrap()
}

fn opened(bytes: &[u8]) -> std::io::Result<TableReader> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    TableReader::open(file.path())
}

fn read(table: &TableReader, only: Option<(usize, Cell<'_>)>) -> std::io::Result<Vec<Row>> {
    let all: Vec<usize> = (0..table.columns().len()).collect();
    let (mut scan, mut rows) = (table.scan(), Vec::new());
    scan.restart(only)?;
    while scan.advance()? {
        rows.push(scan.cells(&all)?);
    }
    Ok(rows)
}

/// A row of its number alone: a unique text, a number that rises by one every ten rows, and so on.
fn numbered(number: usize) -> Row {
    let text = format!("2.25.{:039}", (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
    let texts = (0..number % 3).map(|at| format!("V{at}").into()).collect();
    vec![
        Cell::Text(text.into()),
        if number.is_multiple_of(7) { Cell::Null } else { Cell::Texts(texts) },
        Cell::Int(number as i64 % 5),
        Cell::Int(number as i64 / 10),
        Cell::Natural(number as u64 * 3),
        Cell::Natural(u64::MAX - number as u64),
        if number.is_multiple_of(11) { Cell::Null } else { Cell::Real((number as f64).sqrt()) },
        Cell::Bool(number.is_multiple_of(2)),
        Cell::Bytes((number as u32).to_be_bytes().to_vec().into()),
        Cell::Decimal(-(number as i128).pow(3)),
    ]
}

fn any_cell(kind: Kind) -> BoxedStrategy<Cell<'static>> {
    let text = ".{0,12}";
    match kind {
        Kind::Text => text.prop_map(|it| Cell::Text(it.into())).boxed(),
        Kind::Texts => {
            let texts = vec(text.prop_map(Into::into), 0..4);
            texts.prop_map(Cell::Texts).boxed()
        }
        Kind::Int32 => any::<i32>().prop_map(|it| Cell::Int(it.into())).boxed(),
        Kind::Int64 => any::<i64>().prop_map(Cell::Int).boxed(),
        Kind::UInt32 => any::<u32>().prop_map(|it| Cell::Natural(it.into())).boxed(),
        Kind::UInt64 => any::<u64>().prop_map(Cell::Natural).boxed(),
        // NaN does not equal itself.
        Kind::Real => proptest::num::f64::ANY
            .prop_map(|it| Cell::Real(if it.is_nan() { 0.5 } else { it }))
            .boxed(),
        Kind::Bool => any::<bool>().prop_map(Cell::Bool).boxed(),
        Kind::Bytes(length) => {
            vec(any::<u8>(), length).prop_map(|it| Cell::Bytes(it.into())).boxed()
        }
        Kind::Decimal38 => {
            let most = 10_i128.pow(38) - 1;
            (-most..=most).prop_map(Cell::Decimal).boxed()
        }
    }
}

fn any_row() -> impl Strategy<Value = Row> {
    let cells: Vec<_> = COLUMNS.iter().map(|column| option::of(any_cell(column.kind))).collect();
    cells.prop_map(|cells| cells.into_iter().map(|cell| cell.unwrap_or(Cell::Null)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_goes_in_comes_out(rows in vec(any_row(), 0..60)) {
        // Few rows are compressed by another than many.
        let rows = if rows.len() % 8 == 7 { vec![rows; 50].concat() } else { rows };
        let table = opened(&written(&rows)).unwrap();
        prop_assert_eq!(table.rows(), rows.len() as u64);
        prop_assert_eq!(read(&table, None).unwrap(), rows);
    }
}

#[test]
fn columns_and_notes_come_back() {
    let table = opened(&written(&[numbered(1)])).unwrap();
    assert_eq!(table.note("schema"), Some("test 1"));
    for (at, (column, read)) in COLUMNS.iter().zip(table.columns()).enumerate() {
        assert_eq!((read.name.as_str(), read.kind), (column.name, column.kind));
        assert_eq!((read.unit.as_str(), read.meaning.as_str()), ("mm", "a column"));
        assert_eq!(table.position(column.name), Some(at));
        assert_eq!(read.is_sorted, column.name == "int64");
        assert_eq!(read.has_bloom, column.name == "text");
    }
}

#[test]
fn equal_rows_give_equal_bytes_over_several_groups() {
    let rows: Vec<Row> = (0..2 * GROUP_ROWS + 100).map(numbered).collect();
    let bytes = written(&rows);
    assert_eq!(bytes, written(&rows));
    let table = opened(&bytes).unwrap();
    assert_eq!(table.groups(), 3);
    assert_eq!(read(&table, None).unwrap(), rows);
}

#[test]
fn a_value_is_found_and_other_groups_are_passed_over() {
    let rows: Vec<Row> = (0..6 * GROUP_ROWS).map(numbered).collect();
    let table = opened(&written(&rows)).unwrap();
    let wanted = 3 * GROUP_ROWS + 55;
    // By the bloom filter: the texts are in no order.
    let mut scan = table.scan_where(0, rows[wanted][0].clone()).unwrap();
    assert!(scan.advance().unwrap());
    assert_eq!(scan.row(), wanted as u64);
    assert_eq!(scan.cells(&[9, 0, 3]).unwrap(), [9, 0, 3].map(|at| rows[wanted][at].clone()));
    assert!(!scan.advance().unwrap() && !scan.advance().unwrap());
    assert!(scan.groups_read() <= 2, "{} groups", scan.groups_read());
    // By least and greatest: the numbers are sorted.
    let number = rows[wanted][3].clone();
    let same: Vec<Row> = rows.iter().filter(|row| row[3] == number).cloned().collect();
    assert_eq!(read(&table, Some((3, number.clone()))).unwrap(), same);
    let mut scan = table.scan_where(3, number).unwrap();
    while scan.advance().unwrap() {}
    assert_eq!(scan.groups_read(), 1);
    assert_eq!(read(&table, Some((0, Cell::Text("none".into())))).unwrap(), Vec::<Row>::new());
}

#[test]
fn cells_are_read_in_any_order_of_columns_and_rows_skipped() {
    let rows: Vec<Row> = (0..GROUP_ROWS + 3000).map(numbered).collect();
    let table = opened(&written(&rows)).unwrap();
    let mut scan = table.scan();
    let mut at = 0;
    while scan.advance().unwrap() {
        // Each column at steps of its own.
        for (column, cell) in rows[at].iter().enumerate() {
            if at.is_multiple_of(700 * column + 1) {
                assert_eq!(scan.cell(column).unwrap(), *cell, "row {at}");
            }
        }
        at += 1;
    }
    assert_eq!(at, rows.len());
}

#[test]
fn many_look_ups_find_what_one_finds() {
    let rows: Vec<Row> = (0..2 * GROUP_ROWS).map(numbered).collect();
    let table = opened(&written(&rows)).unwrap();
    let mut scan = table.scan();
    // Enough that it is found out where each text stands, in no order.
    for step in 0..200 {
        let wanted = step * 4999 % rows.len();
        scan.restart(Some((0, rows[wanted][0].clone()))).unwrap();
        assert!(scan.advance().unwrap(), "row {wanted}");
        assert_eq!(scan.row(), wanted as u64);
        assert_eq!(scan.cells(&[0, 5, 1]).unwrap(), [0, 5, 1].map(|at| rows[wanted][at].clone()));
        assert!(!scan.advance().unwrap());
    }
    scan.restart(Some((0, Cell::Text("none".into())))).unwrap();
    assert!(!scan.advance().unwrap());
    scan.restart(None).unwrap();
    assert!(scan.advance().unwrap() && scan.row() == 0);
}

#[test]
fn a_cell_of_another_kind_is_refused_by_the_name_of_its_column() {
    let mut table = TableWriter::new(Vec::new(), &LAYOUT, &[]).unwrap();
    table.row(&numbered(2)).unwrap();
    let wrong = [
        (1, Cell::Text("a".into())),
        (2, Cell::Int(1 << 31)),
        (4, Cell::Int(-1)),
        (3, Cell::Natural(1 << 63)),
        (6, Cell::Int(1)),
        (8, Cell::Bytes(vec![0; 5].into())),
        (9, Cell::Decimal(10_i128.pow(38))),
    ];
    for (at, cell) in wrong {
        let mut row = numbered(3);
        row[at] = cell;
        let error = table.row(&row).unwrap_err().to_string();
        assert!(error.contains(COLUMNS[at].name), "{error}");
    }
    assert!(table.row(&numbered(3)[1..]).is_err());
    table.row(&numbered(4)).unwrap();
    let rows = read(&opened(&table.finish().unwrap()).unwrap(), None).unwrap();
    assert_eq!(rows, [numbered(2), numbered(4)]);
}

#[test]
fn a_column_to_sort_by_must_be_there() {
    let layout = Layout { sorted_by: &["none"], ..LAYOUT };
    assert!(TableWriter::new(Vec::new(), &layout, &[]).is_err());
}

/// Reads all of it, if it can be opened.
fn try_all(bytes: &[u8]) -> std::io::Result<usize> {
    let table = opened(bytes)?;
    read(&table, Some((0, Cell::Text("none".into()))))?;
    Ok(read(&table, None)?.len())
}

#[test]
fn a_table_that_is_cut_short_is_an_error() {
    let bytes = written(&(0..300).map(numbered).collect::<Vec<_>>());
    for length in (0..bytes.len()).step_by(61) {
        assert!(try_all(&bytes[..length]).is_err(), "cut at {length} of {}", bytes.len());
    }
}

#[test]
fn a_damaged_table_is_an_error_or_gives_as_many_rows() {
    let bytes = written(&(0..40).map(numbered).collect::<Vec<_>>());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] = [0x00, 0xff, bytes[at] ^ 0x01, bytes[at].wrapping_add(0x40)][at % 4];
        if let Ok(rows) = try_all(&damaged) {
            assert_eq!(rows, 40, "byte {at}");
        }
    }
}

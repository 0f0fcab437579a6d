//! The segmentation of a slide by labeled and selective streams: red pixels of tiles, which go to their
//! neighbours along the borders, the density around each, the moments of what is dense. Equal to the
//! same done in one piece, for any number of copies and ranks: with stages written here, and with
//! the programs of `examples/chain` where Python has numpy.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use super::*;
use crate::comm::stream;
use crate::storage::Disk;

const TILE: i64 = 16;
const REACH: i64 = 2;
const DENSE: usize = 9;
const WIDTH: i64 = 90;
const HEIGHT: i64 = 55;
const SLIDES: u8 = 3;

/// Number of pixels, sums of x, y, x*x, x*y, y*y.
type Moments = [i64; 6];

/// A place of a slide: in squares of six pixels some are mostly red.
fn is_red(slide: u8, x: i64, y: i64) -> bool {
    let luck = |x: i64, y: i64, kind: u8| {
        let place = [&[slide, kind][..], &x.to_le_bytes(), &y.to_le_bytes()].concat();
        stream::owner(&place, 100)
    };
    let share = if luck(x / 6, y / 6, 0) < 40 { 80 } else { 10 };
    luck(x, y, 1) < share
}

fn moments(pixels: impl Iterator<Item = (i64, i64)>) -> Moments {
    pixels.fold([0; 6], |sums, (x, y)| {
        let of_one = [1, x, y, x * x, x * y, y * y];
        std::array::from_fn(|at| sums[at] + of_one[at])
    })
}

/// Whether enough of the neighbourhood is red.
fn is_dense(x: i64, y: i64, red: impl Fn(i64, i64) -> bool) -> bool {
    let around = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (x + dx, y + dy)));
    red(x, y) && around.filter(|(x, y)| red(*x, *y)).count() >= DENSE
}

fn is_inside(x: i64, y: i64) -> bool {
    (0..WIDTH).contains(&x) && (0..HEIGHT).contains(&y)
}

fn sequential() -> BTreeMap<u8, Moments> {
    let of_slide = |slide| {
        let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
        moments(
            places.filter(|(x, y)| is_dense(*x, *y, |x, y| is_inside(x, y) && is_red(slide, x, y))),
        )
    };
    (0..SLIDES).map(|slide| (slide, of_slide(slide))).collect()
}

fn label(slide: u8, column: i64, row: i64) -> Vec<u8> {
    vec![slide, column as u8, row as u8]
}

fn place(label: &[u8]) -> (u8, i64, i64) {
    (label[0], i64::from(label[1]), i64::from(label[2]))
}

/// The places of a tile.
fn places(column: i64, row: i64) -> impl Iterator<Item = (i64, i64)> {
    let places =
        (0..TILE).flat_map(move |y| (0..TILE).map(move |x| (column * TILE + x, row * TILE + y)));
    places.filter(|(x, y)| is_inside(*x, *y))
}

fn columns_and_rows() -> impl Iterator<Item = (i64, i64)> {
    let (columns, rows) = (WIDTH.div_euclid(TILE) + 1, HEIGHT.div_euclid(TILE) + 1);
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)))
}

/// The tile and those around it that there are.
fn around(column: i64, row: i64) -> impl Iterator<Item = (i64, i64)> {
    columns_and_rows().filter(move |(c, r)| (c - column).abs() <= 1 && (r - row).abs() <= 1)
}

/// By slide: each copy that got a part of it, and what that holds.
type Taken = Arc<Mutex<BTreeMap<u8, Vec<(usize, Moments)>>>>;

struct Tiles(Copy);
struct Red;
#[derive(Default)]
struct Density(BTreeMap<Vec<u8>, Vec<Vec<u8>>>);
struct Sum(Taken, Copy);

impl Filter for Tiles {
    fn take(&mut self, _: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        unreachable!("a source has no input")
    }

    fn end(&mut self, out: &mut dyn Out) -> Result<(), FilterError> {
        let tiles = (0..SLIDES)
            .flat_map(|slide| columns_and_rows().map(move |(column, row)| (slide, column, row)));
        for (slide, column, row) in tiles.skip(self.0.number).step_by(self.0.of) {
            let pixels: Vec<u8> =
                places(column, row).map(|(x, y)| u8::from(is_red(slide, x, y))).collect();
            out.give(Record::new(label(slide, column, row), pixels))?;
        }
        Ok(())
    }
}

impl Filter for Red {
    /// A body is the places of red pixels that the tiles of its labels need.
    fn take(&mut self, record: Record, out: &mut dyn Out) -> Result<(), FilterError> {
        let (slide, column, row) = place(&record.labels[0]);
        let red = places(column, row).zip(record.body.iter()).filter(|(_, red)| **red > 0);
        let red: Vec<(i64, i64)> = red.map(|(place, _)| place).collect();
        // Above, beside and below: what goes to a row of tiles is one record with their labels.
        for to_row in row - 1..=row + 1 {
            let tiles = around(column, row).filter(|(_, r)| *r == to_row);
            let labels: Vec<_> = tiles.map(|(c, r)| label(slide, c, r)).collect();
            if labels.is_empty() {
                continue;
            }
            let (top, bottom) = (to_row * TILE - REACH, (to_row + 1) * TILE + REACH);
            let needed = red.iter().filter(|(_, y)| (top..bottom).contains(y));
            let body: Vec<u8> =
                needed.flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()].concat()).collect();
            out.give(Record { labels, body: body.into() })?;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}

impl Filter for Density {
    fn take(&mut self, record: Record, out: &mut dyn Out) -> Result<(), FilterError> {
        let [label] = &record.labels[..] else { unreachable!("it comes with one label") };
        let (slide, column, row) = place(label);
        let parts = self.0.entry(label.clone()).or_default();
        parts.push(record.body.to_vec());
        if parts.len() < around(column, row).count() {
            return Ok(());
        }
        let number = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().unwrap());
        let red: std::collections::BTreeSet<(i64, i64)> = parts
            .iter()
            .flat_map(|part| part.chunks(16))
            .map(|place| (number(&place[..8]), number(&place[8..])))
            .collect();
        self.0.remove(label);
        let dense =
            places(column, row).filter(|(x, y)| is_dense(*x, *y, |x, y| red.contains(&(x, y))));
        let body = moments(dense).map(i64::to_le_bytes).concat();
        out.give(Record::new(vec![slide], body))
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        assert!(self.0.is_empty(), "a tile lacks neighbours");
        Ok(())
    }
}

impl Filter for Sum {
    fn take(&mut self, record: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        let mut numbers = record.body.chunks(8);
        let sums: Moments = std::array::from_fn(|_| {
            i64::from_le_bytes(numbers.next().unwrap().try_into().unwrap())
        });
        self.0.lock().unwrap().entry(record.labels[0][0]).or_default().push((self.1.number, sums));
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}

#[test]
fn labeled_and_selective_streams_come_to_what_one_process_does() {
    let expected = sequential();
    assert!(expected.values().all(|sums| sums[0] > 100), "{expected:?}");
    let tiny = Limits { window_bytes: 500, window_records: 2, ..Limits::default() };
    for (ranks, copies, limits) in [
        (1, [1, 1, 1, 1], Limits::default()),
        (1, [2, 3, 4, 2], tiny),
        (2, [1, 4, 3, 2], Limits::default()),
        (3, [3, 2, 5, 3], tiny),
        (5, [4, 7, 6, 1], Limits::default()),
    ] {
        let [tiles, red, density, sums] = copies;
        let text = format!(
            "chain = \"tiles > red > density > sink\"
            [stage.tiles]
            copies = {tiles}
            [stage.red]
            copies = {red}
            input = \"labeled\"
            [stage.density]
            copies = {density}
            input = \"selective\"
            [stage.sink]
            copies = {sums}
            input = \"labeled\""
        );
        let taken = Taken::default();
        let make = |name: &str, copy: Copy| -> Result<Box<dyn Filter>, FilterError> {
            Ok(match name {
                "tiles" => Box::new(Tiles(copy)),
                "red" => Box::new(Red),
                "density" => Box::<Density>::default(),
                _ => Box::new(Sum(Arc::clone(&taken), copy)),
            })
        };
        let nowhere = Path::new("/nonexistent");
        let outcomes = run_on(ranks, &chain(&text), limits, nowhere, make, || false);
        assert_eq!(outcomes[0].failure, None);
        let taken = taken.lock().unwrap();
        let of_one_copy = |parts: &Vec<(usize, Moments)>| {
            assert!(parts.iter().all(|(copy, _)| *copy == parts[0].0), "a slide at two copies");
            let sums = parts.iter().map(|(_, sums)| sums);
            sums.fold([0; 6], |all, of_one| std::array::from_fn(|at| all[at] + of_one[at]))
        };
        let found: BTreeMap<u8, Moments> =
            taken.iter().map(|(slide, parts)| (*slide, of_one_copy(parts))).collect();
        assert_eq!(found, expected, "{ranks} ranks, copies {copies:?}");
    }
}

/// A Python with numpy: the one named by `SAUVA_TEST_PYTHON`, else `python3`.
fn python() -> Option<String> {
    let python = std::env::var("SAUVA_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_numpy = Command::new(&python).args(["-c", "import numpy"]).output();
    has_numpy.is_ok_and(|tried| tried.status.success()).then_some(python)
}

#[test]
fn the_programs_of_the_example_come_to_what_one_process_does() {
    let Some(python) = python() else { return };
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/chain");
    let text = fs::read_to_string(examples.join("chain.toml")).unwrap();
    let size = |name: &str| {
        let behind = text.split_once(&format!("\"--{name}\", \"")).unwrap().1;
        behind.split_once('"').unwrap().0.to_owned()
    };
    let sequential = Command::new(&python)
        .arg(examples.join("sequential.py"))
        .args([&size("width"), &size("height"), "1", "2", "3"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(sequential.status.success(), "{}", String::from_utf8_lossy(&sequential.stderr));
    assert_eq!(sequential.stdout.split(|byte| *byte == b'\n').count(), 4);

    let mut chain = chain(&text);
    for stage in &mut chain.stages {
        if let Work::Command(words) = &mut stage.work {
            words[0].clone_from(&python);
            words[1] = examples.join(&words[1]).to_str().unwrap().to_owned();
        }
    }
    for (ranks, copies) in [(1, [1, 1, 1, 1]), (2, [2, 3, 2, 2]), (3, [1, 2, 4, 3])] {
        for (stage, copies) in chain.stages.iter_mut().zip(copies) {
            stage.copies = Copies::Number(copies);
        }
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(Disk::below(folder.path()));
        let make = |name: &str, _: Copy| -> Result<Box<dyn Filter>, FilterError> {
            assert_eq!(name, "collect");
            Ok(Box::new(filters::Collect::new(disk.clone(), folder.path().to_owned())))
        };
        let outcomes = run_on(ranks, &chain, Limits::default(), folder.path(), make, || false);
        let failure = outcomes[0].failure.as_ref();
        let said = failure.map(|failure| {
            let tail = failure.copy.as_ref().map(|copy| String::from_utf8_lossy(&copy.stderr_tail));
            format!("{failure}\n{}", tail.unwrap_or_default())
        });
        assert_eq!(said, None);
        let collected = fs::read(folder.path().join(filters::COLLECTED)).unwrap();
        assert!(collected == sequential.stdout, "{ranks} ranks, copies {copies:?}");
    }
}

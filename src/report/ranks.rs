//! Where the time went: `metrics.csv` in, stages and occupancy by rank and the POP metrics out.

use askama::Template;

use super::Source;
use super::tables::csv_rows;
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{amount, count, megabytes, percent};
use crate::html::trouble::Trouble;
use crate::plot::{Bar, Bars};
use crate::results::ACTIVITIES;

const FILE: &str = "metrics.csv";

/// What the threads of a rank do, in words, in the order of [`ACTIVITIES`].
const WORDS: [&str; ACTIVITIES.len()] = [
    "read",
    "de-identify",
    "look for text",
    "decode",
    "encode",
    "verify",
    "measure",
    "write",
    "other",
    "wait",
    "pipe",
];

/// Other columns.
const OTHERS: [&str; 10] = [
    "scope",
    "rank",
    "threads",
    "files",
    "bytes_in",
    "wall_s",
    "work_s",
    "comm_s",
    "idle_s",
    "rss_peak_bytes",
];

/// Ranks that are drawn, and that stand in a table.
const DRAWN: usize = 32;
const LISTED: usize = 512;

/// What a rank measured; times in seconds.
#[derive(Debug, Clone, Default)]
struct Rank {
    number: String,
    threads: u64,
    files: u64,
    bytes_in: u64,
    wall: f64,
    work: f64,
    comm: f64,
    idle: f64,
    rss_bytes: u64,
    activities: [f64; ACTIVITIES.len()],
}

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "ranks.html", config = "src/report/askama.toml")]
pub(super) struct Ranks {
    stages: Figure,
    occupancy: Figure,
    pop: Grid,
    table: Grid,
    left_out: usize,
    /// Inputs that earlier tries have done.
    earlier: u64,
}

impl Ranks {
    pub(super) fn new(
        source: &mut Source<'_>,
        troubles: &mut Vec<Trouble>,
    ) -> anyhow::Result<Option<Self>> {
        let mut ranks = Vec::new();
        if let Err(trouble) = read(source, &mut ranks) {
            troubles.push(trouble);
            return Ok(None);
        }
        source.seen.ranks = Some(ranks.len() as u64);
        if ranks.is_empty() {
            return Ok(None);
        }
        let done: u64 = ranks.iter().map(|rank| rank.files).sum();
        let earlier = source.summary.input.files.saturating_sub(done);
        let pop = pop(&ranks);
        let left_out = ranks.len().saturating_sub(DRAWN);
        let drawn = drawn(&ranks);
        Ok(Some(Self {
            stages: stages(&drawn)?,
            occupancy: occupancy(&drawn)?,
            pop,
            table: all(&ranks),
            left_out,
            earlier,
        }))
    }
}

fn read(source: &Source<'_>, ranks: &mut Vec<Rank>) -> Result<(), Trouble> {
    let columns: Vec<&str> = OTHERS.into_iter().chain(ACTIVITIES).collect();
    csv_rows(&source.output.join(FILE), FILE, &columns, |row| {
        if row[0] != "rank" {
            return;
        }
        let seconds = |at: usize| row[at].parse().ok().filter(|it: &f64| it.is_finite());
        let seconds = |at: usize| seconds(at).unwrap_or(0.0).max(0.0);
        let natural = |at: usize| row[at].parse().unwrap_or(0);
        ranks.push(Rank {
            number: row[1].to_owned(),
            threads: natural(2),
            files: natural(3),
            bytes_in: natural(4),
            wall: seconds(5),
            work: seconds(6),
            comm: seconds(7),
            idle: seconds(8),
            rss_bytes: natural(9),
            activities: std::array::from_fn(|at| seconds(OTHERS.len() + at)),
        });
    })
}

/// All ranks; of many those that worked longest and shortest, in their order.
fn drawn(ranks: &[Rank]) -> Vec<&Rank> {
    if ranks.len() <= DRAWN {
        return ranks.iter().collect();
    }
    let mut by_work: Vec<usize> = (0..ranks.len()).collect();
    by_work.sort_by(|a, b| ranks[*a].work.total_cmp(&ranks[*b].work));
    let (shortest, rest) = by_work.split_at(DRAWN / 2);
    let mut chosen = [shortest, &rest[rest.len() - DRAWN / 2..]].concat();
    chosen.sort_unstable();
    chosen.into_iter().map(|at| &ranks[at]).collect()
}

fn label(rank: &Rank) -> String {
    format!("rank {}", rank.number)
}

fn stages(ranks: &[&Rank]) -> anyhow::Result<Figure> {
    let rows = ranks.iter();
    let rows = rows.map(|rank| Bar { label: label(rank), values: rank.activities.to_vec() });
    let chart = Bars {
        title: "Stages by rank".to_owned(),
        axis: "time of threads, s".to_owned(),
        parts: WORDS.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        end: None,
    };
    let heads = WORDS.map(|name| number(&format!("{name}, s")));
    let row =
        |rank: &&Rank| GridRow::new([label(rank)].into_iter().chain(rank.activities.map(amount)));
    let data = Grid::new(
        "stages",
        "Time of the threads of each rank by stage",
        [words("Rank")].into_iter().chain(heads).collect(),
    );
    let caption = "The time of all threads of a rank, from the start of its crew to its end. Wait is a thread \
                   without a file; other is time at a file between the stages; pipe is telling the rank.";
    Ok(Figure::new(&chart, caption, data.with(ranks.iter().map(row)))?)
}

/// Shares of a rank's wall time: work, comm, idle and the rest.
fn shares(rank: &Rank) -> [f64; 4] {
    let rest = (rank.wall - rank.work - rank.comm - rank.idle).max(0.0);
    let of = [rank.work, rank.comm, rank.idle, rest];
    let whole: f64 = of.iter().sum();
    of.map(|part| if whole > 0.0 { part / whole } else { 0.0 })
}

fn occupancy(ranks: &[&Rank]) -> anyhow::Result<Figure> {
    let names = ["working", "sending and receiving", "waiting", "start and end"];
    let bar = |rank: &&Rank| Bar {
        label: label(rank),
        values: shares(rank).map(|share| share * 100.0).to_vec(),
    };
    let chart = Bars {
        title: "Occupancy of ranks".to_owned(),
        axis: "share of the wall time, %".to_owned(),
        parts: names.map(str::to_owned).to_vec(),
        rows: ranks.iter().map(bar).collect(),
        end: Some(100.0),
    };
    let heads = names.map(|name| number(&format!("{name}, %")));
    let row =
        |rank: &&Rank| GridRow::new([label(rank)].into_iter().chain(shares(rank).map(percent)));
    let data = Grid::new(
        "occupancy",
        "Shares of the wall time of each rank",
        [words("Rank")].into_iter().chain(heads).collect(),
    );
    let caption = "Working is the time from the first file to the last without waiting for work. Waiting is the \
                   main thread's, for work and for the slowest rank.";
    Ok(Figure::new(&chart, caption, data.with(ranks.iter().map(row)))?)
}

/// The efficiencies of the POP methodology (Performance Optimisation and Productivity, pop-coe.eu).
fn pop(ranks: &[Rank]) -> Grid {
    let longest = |of: fn(&Rank) -> f64| ranks.iter().map(of).fold(0.0, f64::max);
    let (wall, most) = (longest(|rank| rank.wall), longest(|rank| rank.work));
    let mean = ranks.iter().map(|rank| rank.work).sum::<f64>() / ranks.len() as f64;
    let per =
        |part: f64, whole: f64| if whole > 0.0 { percent(part / whole) } else { String::new() };
    let rows = [
        (
            "Load balance",
            per(mean, most),
            "mean over greatest working time: is the work shared well?",
        ),
        (
            "Communication efficiency",
            per(most, wall),
            "greatest working time over wall time: how much is lost to start, messages, waiting and the end?",
        ),
        ("Parallel efficiency", per(mean, wall), "the product of both"),
    ];
    let heads = vec![words("Metric"), number("%"), words("Meaning")];
    let row = |(name, value, meaning): (&str, String, &str)| {
        GridRow::new([name.to_owned(), value, meaning.to_owned()])
    };
    Grid::new("pop", "POP efficiencies, 100 % is perfect", heads).with(rows.into_iter().map(row))
}

fn all(ranks: &[Rank]) -> Grid {
    let heads = vec![
        number("Rank"),
        number("Threads"),
        number("Files"),
        number("Read, MB"),
        number("Wall, s"),
        number("Work, s"),
        number("Comm, s"),
        number("Idle, s"),
        number("Peak memory, MB"),
    ];
    let row = |rank: &Rank| {
        GridRow::new([
            rank.number.clone(),
            count(rank.threads),
            count(rank.files),
            megabytes(rank.bytes_in),
            amount(rank.wall),
            amount(rank.work),
            amount(rank.comm),
            amount(rank.idle),
            megabytes(rank.rss_bytes),
        ])
    };
    let grid = Grid::new("ranks-table", "What each rank did", heads);
    let grid = grid.with(ranks.iter().take(LISTED).map(row));
    if ranks.len() > 8 { grid.long() } else { grid }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_ranks_the_extremes_are_drawn() {
        let rank =
            |n: usize| Rank { number: n.to_string(), work: (n % 50) as f64, ..Rank::default() };
        let ranks: Vec<Rank> = (0..100).map(rank).collect();
        let drawn = drawn(&ranks);
        assert_eq!(drawn.len(), DRAWN);
        for extreme in ["0", "49", "50", "99"] {
            assert!(drawn.iter().any(|rank| rank.number == extreme));
        }
        assert!(!drawn.iter().any(|rank| rank.number == "25"));
    }

    #[test]
    fn shares_come_to_one() {
        let full = Rank { wall: 10.0, work: 8.0, comm: 0.5, idle: 1.0, ..Rank::default() };
        let over = Rank { wall: 1.0, work: 1.0, comm: 0.5, idle: 0.5, ..Rank::default() };
        for rank in [full, over] {
            assert!((shares(&rank).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert!(shares(&Rank::default()).iter().all(|share| *share == 0.0));
    }
}

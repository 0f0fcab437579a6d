//! Trees that tell lines of text from other lines: what `judge` measures in, a score out.
//!
//! The table was fitted by `scripts/tables/text_lines.py`. Its first line is the score before any question,
//! each other line a tree: 15 questions (a feature and a threshold) that lead in four steps to one of 16
//! numbers.

use std::sync::LazyLock;

use super::judge::FEATURES;

/// Questions from the first to the last of a way through a tree.
const STEPS: usize = 4;
const QUESTIONS: usize = (1 << STEPS) - 1;
/// Trees after which what is hopeless is given up, and the score that is hopeless.
const FIRST: usize = 32;
const HOPELESS: f32 = -3.5;

/// Questions of which each has two that may follow it: the first where the feature is not more than the
/// threshold.
#[derive(Debug, Clone, Default)]
struct Tree {
    questions: [(u8, f32); QUESTIONS],
    ends: [f32; QUESTIONS + 1],
}

#[derive(Debug, Default)]
struct Trees {
    start: f32,
    trees: Vec<Tree>,
}

static TREES: LazyLock<Trees> = LazyLock::new(|| {
    let table = include_str!("trees.txt");
    read(table).expect("the table holds whole trees")
});

fn read(table: &str) -> Option<Trees> {
    let mut lines = table.lines().filter(|line| !line.starts_with('#'));
    let start = lines.next()?.parse().ok()?;
    let trees = lines.map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let mut tree = Tree::default();
        for question in &mut tree.questions {
            let feature = fields.next()?.parse().ok()?;
            *question = (feature, fields.next()?.parse().ok()?);
            (usize::from(feature) < FEATURES).then_some(())?;
        }
        for end in &mut tree.ends {
            *end = fields.next()?.parse().ok()?;
        }
        Some(tree)
    });
    Some(Trees { start, trees: trees.collect::<Option<_>>()? })
}

impl Tree {
    fn end(&self, features: &[f32; FEATURES]) -> f32 {
        let mut at = 0;
        for _ in 0..STEPS {
            let (feature, threshold) = self.questions[at];
            at = 2 * at + 1 + usize::from(features[usize::from(feature)] > threshold);
        }
        self.ends[at - QUESTIONS]
    }
}

/// How much speaks for text: above 0 it is more likely than not.
pub(super) fn score(features: &[f32; FEATURES]) -> f32 {
    let Trees { start, trees } = &*TREES;
    let (first, rest) = trees.split_at(FIRST.min(trees.len()));
    let score = start + first.iter().map(|tree| tree.end(features)).sum::<f32>();
    if score < HOPELESS {
        return score;
    }
    score + rest.iter().map(|tree| tree.end(features)).sum::<f32>()
}

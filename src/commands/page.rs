//! A page for a terminal of 80 columns and 24 lines: rows in, the page out. Where they are too many, those
//! that matter least give way.

use super::wording::{grouped, wrapped};

/// Lines of a terminal but for the one of the prompt.
pub(super) const LINES: usize = 23;
/// Columns of labels, and of numbers behind them.
const LABEL: usize = 14;
const NUMBER: usize = 10;
/// Where notes begin.
const NOTES: usize = 2 + LABEL + NUMBER + 3;

/// How much a row matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Nobody may miss it.
    Must,
    /// It belongs there.
    Usual,
    /// It stands in the files as well.
    Extra,
}

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    rows: Vec<(Weight, String)>,
}

impl Page {
    /// A line as it is.
    pub(super) fn line(&mut self, weight: Weight, text: &str) {
        self.rows.push((weight, text.to_owned()));
    }

    /// A label, a number and what is to be known of it.
    pub(super) fn count(&mut self, weight: Weight, label: &str, number: u64, note: &str) {
        let number = grouped(number);
        let text = format!("  {label:<LABEL$}{number:>NUMBER$}");
        let note = wrapped(note, NOTES);
        let text = if note.is_empty() { text } else { format!("{text}   {note}") };
        self.rows.push((weight, text));
    }

    /// A label and a sentence.
    pub(super) fn say(&mut self, weight: Weight, label: &str, text: &str) {
        let text = wrapped(text, 2 + LABEL);
        self.rows.push((weight, format!("  {label:<LABEL$}{text}")));
    }

    fn lines(&self) -> usize {
        self.rows.iter().map(|(_, text)| text.split('\n').count()).sum()
    }

    /// The page.
    pub(super) fn text(mut self) -> String {
        let mut is_short = false;
        // The line that says so takes one as well.
        while self.lines() + usize::from(is_short) > LINES {
            let least = self.rows.iter().map(|(weight, _)| *weight).max();
            let last = self.rows.iter().rposition(|(weight, _)| Some(*weight) == least);
            match last.filter(|_| least != Some(Weight::Must)) {
                Some(at) => drop(self.rows.remove(at)),
                None => break,
            }
            is_short = true;
        }
        if is_short {
            self.line(Weight::Must, "  (more stands in summary.json)");
        }
        self.rows.into_iter().map(|(_, text)| text + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_columns() {
        let mut page = Page::default();
        page.line(Weight::Must, "All is well.");
        page.count(Weight::Must, "written", 350, "of 441 inputs");
        page.count(Weight::Usual, "duplicate", 0, "");
        page.say(Weight::Usual, "gave up", &"word ".repeat(20));
        let wanted = [
            "All is well.",
            "  written              350   of 441 inputs",
            "  duplicate              0",
            &format!("  gave up       {}", ["word"; 13].join(" ")),
            &format!("{}{}\n", " ".repeat(16), ["word"; 7].join(" ")),
        ];
        assert_eq!(page.text(), wanted.join("\n"));
    }

    #[test]
    fn what_matters_least_gives_way_from_the_end() {
        let mut page = Page::default();
        for number in 0..30 {
            let weight = [Weight::Must, Weight::Usual, Weight::Extra][number % 3];
            page.count(weight, "row", number as u64, "");
        }
        let text = page.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[LINES - 1], "  (more stands in summary.json)");
        let numbers: Vec<usize> =
            lines.iter().filter_map(|line| line.split_whitespace().nth(1)?.parse().ok()).collect();
        assert!((0..30).filter(|number| number % 3 < 2).all(|number| numbers.contains(&number)));
        assert!(numbers.contains(&2) && !numbers.contains(&29), "{text}");
    }
}

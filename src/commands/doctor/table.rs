//! The table that people read: findings in, lines of at most 80 columns out. Hosts that found the same share
//! their lines.

use std::collections::BTreeMap;

use super::Told;
use super::cores;
use super::finding::{Finding, Mark};
use crate::commands::wording::wrapped;

/// Columns of mark and topic.
const INDENT: usize = 22;
/// Hosts that are named; more are counted.
const MOST_NAMED: usize = 4;

/// What was found on one node.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) host: String,
    pub(super) ranks: usize,
    pub(super) findings: Vec<Finding>,
}

/// The nodes, by the names of their hosts, with what their ranks show together.
pub(super) fn nodes(told: &[Told]) -> Vec<Node> {
    let mut by_host: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for one in told {
        by_host.entry(&one.place.host).or_default().push(one);
    }
    let node = |(host, ranks): (&str, Vec<&Told>)| {
        let own = ranks.iter().flat_map(|rank| rank.findings.iter().cloned());
        let findings = std::iter::once(cores::binding(&ranks)).chain(own).collect();
        Node { host: host.to_owned(), ranks: ranks.len(), findings }
    };
    by_host.into_iter().map(node).collect()
}

/// The whole table, and at its end what it comes to.
pub(super) fn text(job: &[Finding], nodes: &[Node]) -> String {
    let ranks: usize = nodes.iter().map(|node| node.ranks).sum();
    let mut text = format!(
        "sauva {} doctor: {} on {}\n\n",
        env!("CARGO_PKG_VERSION"),
        counted(ranks, "rank"),
        counted(nodes.len(), "host")
    );
    text.extend(job.iter().map(line));
    let mut alike: Vec<(&[Finding], Vec<&Node>)> = Vec::new();
    for node in nodes {
        match alike.iter_mut().find(|(findings, _)| *findings == node.findings) {
            Some((_, nodes)) => nodes.push(node),
            None => alike.push((&node.findings, vec![node])),
        }
    }
    for (findings, nodes) in alike {
        text.extend(["\n", &named(&nodes), "\n"]);
        text.extend(findings.iter().map(line));
    }
    let all = || job.iter().chain(nodes.iter().flat_map(|node| &node.findings));
    let count = |mark| all().filter(|finding| finding.mark == mark).count();
    let warnings = counted(count(Mark::Warn), "warning");
    let verdict = match count(Mark::Fail) {
        0 => format!("\nA run would work: {} checks, {warnings}.\n", all().count()),
        failed => format!(
            "\nA run would NOT work: {failed} of {} checks failed, {warnings}.\n",
            all().count()
        ),
    };
    text + &verdict
}

/// Who they are, and how many ranks they have.
fn named(nodes: &[&Node]) -> String {
    let names: Vec<&str> = nodes.iter().take(MOST_NAMED).map(|node| &*node.host).collect();
    let more = match nodes.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let ranks: usize = nodes.iter().map(|node| node.ranks).sum();
    format!("{}{more} ({})", names.join(", "), counted(ranks, "rank"))
}

fn line(finding: &Finding) -> String {
    let Finding { mark, topic, text, advice } = finding;
    let text = wrapped(text, INDENT);
    let advice = advice.as_ref().map(|advice| wrapped(&format!("-> {advice}"), INDENT + 3));
    let advice = advice.map(|advice| format!("{:INDENT$}{advice}\n", ""));
    format!("  {:<5} {topic:<13} {text}\n{}", mark.word(), advice.unwrap_or_default())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_found_the_same_share_their_lines() {
        let node = |host: &str, findings: &[Finding]| Node {
            host: host.into(),
            ranks: 2,
            findings: findings.to_vec(),
        };
        let memory = Finding::ok("memory", "64.0 GB");
        let less = Finding::warn("memory", "1.0 GB", "ask for more");
        let nodes: Vec<Node> = (0..7)
            .map(|n| {
                node(&format!("n{n}"), std::slice::from_ref(if n == 3 { &less } else { &memory }))
            })
            .collect();
        let told = text(&[Finding::ok("build", "MPI")], &nodes);
        assert!(told.contains("doctor: 14 ranks on 7 hosts\n"), "{told}");
        assert!(told.contains("\nn0, n1, n2, n4 and 2 more (12 ranks)\n"), "{told}");
        assert!(told.contains("\nn3 (2 ranks)\n  warn  memory        1.0 GB\n"), "{told}");
        assert!(told.contains("-> ask for more\n"), "{told}");
        assert!(told.ends_with("A run would work: 8 checks, 1 warning.\n"), "{told}");
        let told = text(&[Finding::fail("key", "the key file does not exist")], &nodes);
        assert!(told.contains("  FAIL  key           the key"), "{told}");
        assert!(
            told.ends_with("A run would NOT work: 1 of 8 checks failed, 1 warning.\n"),
            "{told}"
        );
    }

    #[test]
    fn long_sentences_stay_below_each_other() {
        let text =
            line(&Finding::warn("topic", "word ".repeat(40).trim(), "do ".repeat(50).trim()));
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with(&" ".repeat(INDENT))), "{text}");
    }
}

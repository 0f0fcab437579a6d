//! The report and the plots.

use super::super::{Environments, analyse, read_runs, report};
use super::{Made, amdahl, table};

fn made(runs: &[Made]) -> (String, Vec<String>) {
    let analysis = analyse(&read_runs(&table(runs)).unwrap());
    let names =
        analysis.studies.iter().flat_map(|it| &it.figures).map(|it| it.name.clone()).collect();
    (report(&analysis, &Environments::read(None).unwrap(), "").unwrap(), names)
}

#[test]
fn the_answer_comes_first_and_says_what_was_found() {
    let (text, _) = made(&amdahl(&[1, 2, 4, 8]));
    let answer = text.find("## Answer").unwrap();
    assert!(answer < text.find("## Method").unwrap());
    // 10 s to 1.6875 s.
    assert!(
        text[answer..]
            .contains("10.0 ± 0 s on one processor, 1.69 ± 0 s on 8 ranks: speed-up 5.93")
    );
    assert!(text.contains("f = 0.0500, limit 20.0"));
    assert!(text.contains("All runs on the same data wrote the same bytes"));
    assert!(text.contains("± 2.48 standard deviations") && text.contains("on one node"));
}

#[test]
fn outputs_that_differ_are_told_first() {
    let mut runs = amdahl(&[1, 2]);
    runs[3] = runs[3].clone().with("digest", "other");
    let (text, _) = made(&runs);
    assert!(text.contains("**The outputs differ.**") && text.contains("small, 2 ranks x 1 thread"));
    assert!(!text.contains("wrote the same bytes, whatever"));
}

#[test]
fn each_plot_is_in_the_report_and_every_study_has_its_own() {
    let mut runs = amdahl(&[1, 2, 4]);
    runs.extend([Made::new(1, 2, 1, 5.5), Made::new(1, 4, 1, 3.0), Made::new(2, 2, 1, 3.1)]);
    let (text, names) = made(&runs);
    for name in super::super::FIGURES {
        assert!(names.iter().any(|it| it == name), "{name}");
        assert!(text.contains(&format!("(plots/{name}.svg)")), "{name}");
    }
    runs.push(Made::new(1, 1, 1, 4.0).with("codec", "rle"));
    let (text, names) = made(&runs);
    assert!(
        names.iter().any(|it| it == "time_vs_procs_2")
            && text.contains("plots/time_vs_procs_2.svg")
    );
}

#[test]
fn tables_have_as_many_cells_in_each_row() {
    let mut runs = amdahl(&[1, 2, 4, 16]);
    runs.push(Made::new(1, 2, 1, 5.5));
    let (text, _) = made(&runs);
    let mut columns = None;
    for line in text.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let cells = line.matches('|').count();
        assert_eq!(*columns.get_or_insert(cells), cells, "{line}");
    }
    assert!(!text.contains("\n\n\n"), "no gaps");
}

#[test]
fn a_study_of_one_run_says_what_it_cannot_say() {
    let (text, _) = made(&[Made::new(4, 1, 1, 2.0)]);
    assert!(text.contains("no run of one rank and one thread to compare with"));
    assert!(text.contains("no base of one rank and one thread") && text.contains("was not tried"));
    assert!(
        text.contains("There is nothing to fit") && text.contains("has no confidence interval")
    );
}

#[test]
fn what_grew_is_told_of_the_best_and_not_of_the_largest() {
    let mut runs = amdahl(&[1, 2, 4]);
    // Eight are slower than four.
    runs.push(Made::new(8, 1, 1, 9.0));
    let (text, _) = made(&runs);
    assert!(text.contains("on 4 ranks: speed-up") && text.contains("write, by 30.0 ms a file"));
}

#[test]
fn ranks_and_threads_are_both_drawn() {
    let mut runs = amdahl(&[1, 2, 4]);
    runs.extend([Made::new(1, 2, 1, 5.5), Made::new(1, 4, 1, 3.0)]);
    let analysis = analyse(&read_runs(&table(&runs)).unwrap());
    for figure in &analysis.studies[0].figures[..5] {
        let text = &figure.chart.description;
        for axis in ["ranks", "threads"] {
            let line = format!("small: 100 files, {axis}: ");
            assert!(text.contains(&line), "{}: {text}", figure.name);
        }
    }
    // Long names would be cut off.
    let long = runs.into_iter().map(|run| run.with("dataset", "a-name-that-has-no-room"));
    let analysis = analyse(&read_runs(&table(&long.collect::<Vec<_>>())).unwrap());
    let text = &analysis.studies[0].figures[0].chart.description;
    assert!(text.contains(" 100 files, threads: ") && !text.contains("no-room"), "{text}");
}

#[test]
fn threads_alone_say_nothing_of_ranks() {
    let (text, names) = made(&[Made::new(1, 1, 1, 9.0), Made::new(1, 2, 1, 5.0)]);
    assert!(text.contains("on 2 threads") && !text.contains("ranks that the cores have room for"));
    assert!(!text.contains("small, ranks") && names.iter().any(|name| name == "karp_flatt"));
    let (text, _) = made(&[Made::new(1, 1, 1, 9.0)]);
    assert!(text.contains("nothing was run on more") && text.contains("from the 1 run in"));
    let (text, _) = made(&[Made::new(1, 1, 1, 9.0), Made::new(16, 1, 1, 9.0)]);
    assert!(text.contains("nothing on more ranks that the cores have room for"));
}

#[test]
fn the_report_says_of_the_order_what_the_table_shows() {
    let (text, _) = made(&amdahl(&[1, 2]));
    assert!(
        text.contains("stand in metrics.csv in that order") && text.contains("No run is marked")
    );
    let swapped: Vec<Made> = amdahl(&[1, 2])
        .into_iter()
        .enumerate()
        .map(|(at, run)| run.with("order", &(9 - at).to_string()))
        .collect();
    assert!(made(&swapped).0.contains("in another one"));
    let by_hand = [Made::new(1, 1, 1, 9.0).with("order", "0")];
    assert!(made(&by_hand).0.contains("Order: not told"));
    let warm = [Made::new(1, 1, 1, 9.0).with("warm_up", "true"), Made::new(1, 1, 1, 9.0)];
    assert!(made(&warm).0.contains("marked as warm-ups do not count"));
}

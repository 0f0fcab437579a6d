//! Whole pages of outputs that are made for it: what stands there, what is missing or damaged, what is hostile, and how
//! large they become.

pub(crate) mod made;

use std::fs;
use std::path::Path;

use super::page;
use made::{Plan, chain, output};

const MOST_BYTES: usize = 2_000_000;

const FEW: Plan = Plan { units: 90, nodes: 3, slots: 2, fails: 2, open: 0, text: "" };

/// The page of an output that was made and changed.
fn page_after(plan: &Plan, change: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    output(folder.path(), plan);
    change(folder.path());
    page(folder.path()).unwrap()
}

#[test]
fn every_section_tells_what_it_holds() {
    let page = page_after(&FEW, |_| ());
    let told = [
        "Of 90 units, ",
        "tries those again",
        "9.8.7",
        "A program was run 90 times over.",
        "python3 sim.py {rank} {param:alpha}",
        "<th scope=\"row\">node002</th>",
        "The slots were busy ",
        "What costs most: ",
        "as long on node002 as on the other nodes",
        "What ran when",
        "How long units took by node",
        "The units that took longest",
        "Units by alpha",
        "With more than 30 values, and so not shown: seed.",
        "tried more than once; ",
        "exited 1</th>",
        "Traceback (most recent call last):\n  File &#34;sim.py&#34;",
        "attempt 3 on node",
        "3 attempts, the last: ",
        "halving",
    ];
    for part in told {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("class=\"private\""), "repetitions name nobody");
}

#[test]
fn counts_on_the_page_are_those_of_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let summary = output(folder.path(), &FEW);
    let page = page(folder.path()).unwrap();
    let units = summary.units;
    let sentence = format!("Of 90 units, {} are done and {} failed.", units.done, units.failed);
    assert!(page.contains(&sentence), "{sentence}");
    assert_eq!(page.matches("<div class=\"failure\">").count() as u64, units.failed);
    // Shares of efficiency in the tile and in the sentence are one number.
    let percent = format!("{:.1} %", summary.performance.efficiency * 100.0);
    assert!(page.contains(&format!("<b>{percent}</b>")), "{percent}");
}

#[test]
fn a_stopped_run_says_so() {
    let page = page_after(&Plan { open: 7, ..FEW }, |_| ());
    assert!(page.contains("<p class=\"word\">Stopped</p>"));
    assert!(page.contains("and 7 are open. The same command goes on."));
}

#[test]
fn a_run_of_which_all_is_done_is_a_success() {
    let page = page_after(&Plan::default(), |_| ());
    assert!(page.contains("All 5 units are done.") && page.contains("verdict good"));
    assert!(page.contains("No unit failed.") && page.contains("No unit was tried more than once."));
}

#[test]
fn links_lead_somewhere_and_names_stand_once() {
    let folder = tempfile::tempdir().unwrap();
    chain(folder.path(), 3, "");
    for page in [page_after(&FEW, |_| ()), page(folder.path()).unwrap()] {
        let ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        let links = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        let lost: Vec<&str> = links.filter(|link| !ids.contains(link)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}

/// Ends elements, begins others, has control bytes and turns the direction of writing.
const HOSTILE: &str = "</script></pre><img src=x onerror=alert(1)>\"'&\u{0}\u{1b}[31m\r\n\u{202e}=";

#[test]
fn hostile_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let page_of_units = page_after(&Plan { text: HOSTILE, ..FEW }, |output| {
        let summary = fs::read_to_string(output.join("summary.json")).unwrap();
        let summary = summary
            .replace("\"m1\"", "\"</title><script>r</script>\"")
            .replace("sim.py", "<iframe src=//x>")
            .replace("\"9.8.7\"", "\"<b>n\"");
        fs::write(output.join("summary.json"), summary).unwrap();
    });
    assert!(page_of_units.contains("class=\"private\""));
    chain(folder.path(), 3, HOSTILE);
    for page in [page_of_units, page(folder.path()).unwrap()] {
        assert!(page.contains("&#60;img src=x onerror=alert(1)&#62;"));
        for bad in
            ["<img", "<iframe", "<b>n", "<script>r", "</script><", "\u{0}", "\u{1b}", "\u{202e}"]
        {
            assert!(!page.contains(bad), "{bad:?}");
        }
        assert_eq!(page.matches("<script>").count(), 1);
        // Of a page that asks for nothing from anywhere, the name space of SVG is the only address.
        let addresses = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!addresses.contains("http://") && !addresses.contains("https://"));
        assert!(!page.contains(" style=\""), "the policy lets no style of an element in");
    }
}

#[test]
fn what_is_missing_or_damaged_is_told_and_the_rest_is_there() {
    for file in ["runs.csv", "attempts.csv", "failures.csv", "skipped.csv"] {
        let plan = Plan { text: "x", ..FEW };
        let gone = page_after(&plan, |output| fs::remove_file(output.join(file)).unwrap());
        assert!(gone.contains(&format!("<strong>{file} is not there.")), "{file}");
        let cut = page_after(&plan, |output| fs::write(output.join(file), "a,b\n\"\n").unwrap());
        assert!(cut.contains(&format!("<strong>{file} is damaged.")), "{file}");
        for page in [gone, cut] {
            assert!(page.contains("This page is not whole"), "{file}");
            assert!(!page.contains("verdict good"), "{file}");
            assert!(page.contains("id=\"glossary\"") && page.contains("id=\"nodes\""), "{file}");
        }
    }
}

#[test]
fn whatever_stands_in_a_table_there_is_a_page() {
    const PLACES: usize = 24;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    output(folder, &FEW);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let sound = fs::read(&path).unwrap();
        if path.ends_with("summary.json") {
            continue;
        }
        for place in 0..PLACES {
            let mut bytes = sound.clone();
            let at = (bytes.len() - 1) * place / (PLACES - 1);
            for bad in [0xA5, b',' ^ bytes[at], b'-' ^ bytes[at], b'e' ^ bytes[at]] {
                bytes[at] = sound[at] ^ bad;
                fs::write(&path, &bytes).unwrap();
                assert!(page(folder).is_ok(), "{} at {at}", path.display());
            }
        }
        fs::write(&path, sound).unwrap();
    }
}

#[test]
fn tables_that_contradict_the_summary_are_no_success() {
    let page = page_after(&Plan::default(), |output| {
        let runs = fs::read_to_string(output.join("runs.csv")).unwrap();
        let (short, _) = runs.trim_end().rsplit_once('\n').unwrap();
        fs::write(output.join("runs.csv"), short).unwrap();
    });
    assert!(page.contains("Do not rely on this output"));
    assert!(page.contains("runs.csv has 4 units, summary.json 5."));
}

#[test]
fn without_a_summary_there_is_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let why = page(folder.path()).unwrap_err().to_string();
    assert!(why.starts_with("OUT: summary.json cannot be read"), "{why}");
    for damaged in ["", "{\"schema\":\"patient\"}", "{\"schema\":\"sauva-map/1\"}"] {
        fs::write(folder.path().join("summary.json"), damaged).unwrap();
        let why = page(folder.path()).unwrap_err().to_string();
        assert!(why.starts_with("OUT: summary.json ") && !why.contains("patient"), "{why}");
    }
}

#[test]
fn a_chain_tells_its_stages_and_what_limits_it() {
    let folder = tempfile::tempdir().unwrap();
    chain(folder.path(), 3, "");
    let sound = page(folder.path()).unwrap();
    for part in [
        "The chain is done: 8 copies of its stages came to their end.",
        "The stage red limits the chain",
        "Time of copies by state",
        "<th scope=\"row\">density</th><td>python3 red.py</td><td>labeled</td><td class=\"n\">3</td>",
        "round-robin",
    ] {
        assert!(sound.contains(part), "{part}");
    }
    let table = fs::read_to_string(folder.path().join("chain.csv")).unwrap();
    let table = table.replacen("0,exited", "3,exited", 1);
    fs::write(folder.path().join("chain.csv"), table).unwrap();
    let failed = page(folder.path()).unwrap();
    assert!(failed.contains("of 8 copies, 1 copy did not come to the end"));
    fs::remove_file(folder.path().join("chain.csv")).unwrap();
    assert!(page(folder.path()).unwrap().contains("chain.csv is not there."));
}

#[test]
fn attempts_of_earlier_tries_are_counted_and_not_drawn() {
    let page = page_after(&Plan::default(), |output| {
        let summary = fs::read_to_string(output.join("summary.json")).unwrap();
        let summary = summary.replace("1795339876.0", "1795343476.0");
        fs::write(output.join("summary.json"), summary).unwrap();
    });
    assert!(page.contains("Nothing was run in the last try."));
    assert!(page.contains("Attempts of the last try alone are drawn: 5 are of earlier ones."));
}

#[test]
fn the_page_is_bounded() {
    let long = "a name of sixty-four letters, as long as an LO may be, <&\"'> ..";
    let plans = [
        Plan { units: 8_000, nodes: 40, slots: 4, fails: 5, open: 10, text: long },
        Plan { units: 150_000, nodes: 700, slots: 1, fails: 4, open: 0, text: long },
        Plan { units: 150_000, nodes: 7, slots: 8, fails: 4, open: 0, text: "" },
    ];
    for plan in plans {
        let page = page_after(&plan, |_| ()).len();
        assert!(page < MOST_BYTES, "{page} of {plan:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    chain(folder.path(), 5_000, long);
    let page = page(folder.path()).unwrap().len();
    assert!(page < MOST_BYTES, "{page} of a chain");
}

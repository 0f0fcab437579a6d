//! A chain's file is read as it is meant, and each fault of it is told.

use super::*;

const MORE: [BuiltIn; 1] = [BuiltIn { name: "encode", place: Place::Inside }];

fn said(text: &str) -> String {
    Chain::parse(text, &MORE).unwrap_err().to_string()
}

#[test]
fn a_chain_is_read_in_its_order() {
    let chain = Chain::parse(
        r#"
        chain = "read > red > encode > write"
        [stage.red]
        command = ["python3", "red.py", "{copy}"]
        copies = 4
        input = "labeled"
        [stage.encode]
        copies = "cores"
        input = "random"
        seed = 7
        [stage.write]
        copies = "ranks"
        "#,
        &MORE,
    );
    let stage =
        |name: &str, work, copies, policy| Stage { name: name.into(), work, copies, policy };
    let command = Work::Command(["python3", "red.py", "{copy}"].map(str::to_owned).to_vec());
    let expected = vec![
        stage("read", Work::BuiltIn, Copies::Number(1), Policy::RoundRobin),
        stage("red", command, Copies::Number(4), Policy::Labeled),
        stage("encode", Work::BuiltIn, Copies::Cores, Policy::Random { seed: 7 }),
        stage("write", Work::BuiltIn, Copies::Ranks, Policy::RoundRobin),
    ];
    assert_eq!(chain.unwrap().stages, expected);
}

#[test]
fn each_fault_is_told_in_one_clear_sentence() {
    let cases = [
        ("chain = 3", "line 1 of the chain's file: invalid type: integer `3`, expected a string"),
        ("chain = \"read > write\"\ncolour = 1", "line 2 of the chain's file: unknown field"),
        (
            "chain = \"read > write\"\n[stage.read]\ncopis = 1",
            "line 3 of the chain's file: unknown field",
        ),
        ("[stage.read]", "missing field `chain`"),
        ("chain = \"\"", "a name is missing"),
        ("chain = \"read > > write\"", "a name is missing"),
        ("chain = \"read > wri/te\"", "the stage \"wri/te\" needs another name"),
        (
            "chain = \"read > sort > write\"",
            "the stage sort is not built in (read, write, collect, encode)",
        ),
        ("chain = \"read > encode > encode > write\"", "the stage encode stands twice"),
        ("chain = \"read > write\"\n[stage.red]\ncommand = [\"a\"]", "[stage.red] is not in chain"),
        ("chain = \"encode > read > write\"", "begin the chain with read or a program"),
        ("chain = \"read\"", "[stage.read]: its records have nowhere to go"),
        ("chain = \"read > write > collect\"", "[stage.write]: it gives no records on"),
        (
            "chain = \"read > encode > write\"\n[stage.encode]\ncopies = 0",
            "[stage.encode]: copies = 0 must be",
        ),
        ("chain = \"read > write\"\n[stage.write]\ncopies = \"many\"", "copies = \"many\" must be"),
        ("chain = \"read > collect\"\n[stage.collect]\ncopies = 2", "it has one copy"),
        (
            "chain = \"read > write\"\n[stage.write]\ninput = \"all\"",
            "input = \"all\" must be round-robin",
        ),
        (
            "chain = \"read > write\"\n[stage.write]\nseed = 1",
            "seed = .. is for input = \"random\" alone",
        ),
        (
            "chain = \"read > write\"\n[stage.read]\ninput = \"random\"",
            "the first stage has no stage before",
        ),
        (
            "chain = \"a > write\"\n[stage.a]\ncommand = []",
            "[stage.a]: command = [] names no program",
        ),
    ];
    for (text, expected) in cases {
        let said = said(text);
        assert!(said.contains(expected), "{text}\n{said}\n{expected}");
        assert!(!said.contains('\n'), "{said}");
    }
    let inside = said("chain = \"tiles > read > write\"\n[stage.tiles]\ncommand = [\"a\"]");
    assert_eq!(inside, "[stage.read]: it takes no records: it can only be the first stage");
}

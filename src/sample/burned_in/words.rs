//! What is burned in: a source in, an invented patient out, and lines about them as devices write them.

use super::super::random::Source;

const START: [&str; 16] = [
    "Hallo", "Brenni", "Morga", "Caspen", "Wilde", "Ashber", "Fenni", "Dorrin", "Larke", "Kelver",
    "Tamsi", "Rosen", "Edder", "Garro", "Norrel", "Pellin",
];
const END: [&str; 14] = [
    "wick", "ton", "field", "more", "dale", "stead", "by", "ham", "croft", "well", "ford", "worth",
    "mann", "gate",
];
const GIVEN: [&str; 16] = [
    "Jane", "Martin", "Amelie", "Viktor", "Rosalind", "Edgar", "Philippa", "Conrad", "Beatrix",
    "Tobias", "Leonie", "Gregory", "Hannah", "Oskar", "Renée", "Jürgen",
];
const SAINT: [&str; 8] =
    ["Mary", "Anselm", "Brigid", "Crispin", "Dunstan", "Ottilie", "Verena", "Wendelin"];
const TOWN: [&str; 8] = [
    "Ashwater",
    "Birkenfurt",
    "Coldharbour",
    "Eastmere",
    "Felsenau",
    "Highmoor",
    "Oakhaven",
    "Zellbach",
];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day.
#[derive(Debug, Clone, Copy)]
struct Date {
    year: u32,
    month: u32,
    day: u32,
}

impl Date {
    fn of(source: &mut Source, first: u32, years: u32) -> Self {
        let year = first + source.below(years);
        Self { year, month: 1 + source.below(12), day: 1 + source.below(28) }
    }

    fn dicom(self) -> String {
        format!("{}{:02}{:02}", self.year, self.month, self.day)
    }

    /// As one of many devices writes it.
    fn spelled(self, source: &mut Source) -> String {
        let Self { year, month, day } = self;
        let name = MONTHS[month as usize - 1];
        match source.below(8) {
            0 => format!("{day:02}-{name}-{year}"),
            1 => format!("{year}/{month:02}/{day:02}"),
            2 => format!("{day:02}.{month:02}.{year}"),
            3 => format!("{month:02}/{day:02}/{year}"),
            4 => format!("{year}-{month:02}-{day:02}"),
            5 => format!("{} {day:02} {year}", name.to_uppercase()),
            6 => format!("{day}/{month}/{:02}", year % 100),
            _ => self.dicom(),
        }
    }
}

/// Whom an image is about, in its header and in its pixels.
#[derive(Debug, Clone)]
pub(super) struct Words {
    family: String,
    given: &'static str,
    physician: String,
    birth: Date,
    study: Date,
    sex: &'static str,
    clock: [u32; 3],
    pub(super) id: String,
    pub(super) accession: String,
    pub(super) hospital: String,
}

impl Words {
    pub(super) fn of(source: &mut Source) -> Self {
        let family = [source.pick(&START), source.pick(&END)].concat();
        let physician = [source.pick(&START), source.pick(&END)].concat();
        let number = source.below(100_000_000);
        let id = match source.below(4) {
            0 => format!("{number:08}"),
            1 => format!("MR{:06}", number % 1_000_000),
            2 => format!("{:03}-{:05}", number / 100_000, number % 100_000),
            _ => format!("H{:07}", number % 10_000_000),
        };
        let hospital = match source.below(5) {
            0 => format!("St. {} Hospital", source.pick(&SAINT)),
            1 => format!("{} General Hospital", source.pick(&TOWN)),
            2 => format!("Klinikum {}", source.pick(&TOWN)),
            3 => format!("{} UNIVERSITY CLINIC", source.pick(&TOWN).to_uppercase()),
            _ => format!("Radiology {}", source.pick(&TOWN)),
        };
        Self {
            family,
            given: source.pick(&GIVEN),
            physician,
            birth: Date::of(source, 1931, 70),
            study: Date::of(source, 2008, 16),
            sex: source.pick(&["F", "M"]),
            clock: [7 + source.below(12), source.below(60), source.below(60)],
            accession: format!("A{:09}", source.below(1_000_000_000)),
            id,
            hospital,
        }
    }

    /// Patient's Name (0010,0010).
    pub(super) fn dicom_name(&self) -> String {
        format!("{}^{}", self.family, ascii(self.given))
    }

    /// Patient's Birth Date (0010,0030).
    pub(super) fn dicom_birth(&self) -> (String, u32) {
        (self.birth.dicom(), self.birth.year)
    }

    /// Study Date (0008,0020).
    pub(super) fn dicom_study(&self) -> (String, u32) {
        (self.study.dicom(), self.study.year)
    }

    /// The name as one of many devices writes it.
    pub(super) fn name(&self, source: &mut Source) -> String {
        let (family, given) = (&self.family, self.given);
        match source.below(8) {
            0 => self.dicom_name().to_uppercase(),
            1 => format!("{family}, {given}"),
            2 => format!("{}, {given}", family.to_uppercase()),
            3 => format!("{given} {family}"),
            4 => format!("{} {}", family.to_uppercase(), given.to_uppercase()),
            5 => format!("Name: {family}, {given}"),
            6 => format!("{}, {} {}", family.to_uppercase(), given.to_uppercase(), self.sex),
            _ => format!("Patient: {given} {family}"),
        }
    }

    pub(super) fn identifier(&self, source: &mut Source) -> String {
        match source.below(6) {
            0 => format!("ID {}", self.id),
            1 => format!("ID: {}", self.id),
            2 => format!("Pat.-ID {}", self.id),
            3 => format!("MRN {}", self.id),
            4 => format!("#{}", self.id),
            _ => self.id.clone(),
        }
    }

    pub(super) fn born(&self, source: &mut Source) -> String {
        let day = self.birth.spelled(source);
        match source.below(5) {
            0 => format!("DOB: {day}"),
            1 => format!("DOB {day}"),
            2 => format!("*{day}"),
            3 => format!("{day} {}", self.sex),
            _ => format!("Born {day}"),
        }
    }

    pub(super) fn taken(&self, source: &mut Source) -> String {
        let day = self.study.spelled(source);
        let [hour, minute, second] = self.clock;
        match source.below(4) {
            0 => format!("{day} {hour:02}:{minute:02}:{second:02}"),
            1 => format!("{day} {hour:02}:{minute:02}"),
            2 => format!("Study {day}"),
            _ => day,
        }
    }

    pub(super) fn admission(&self, source: &mut Source) -> String {
        format!("{}{}", source.pick(&["Acc: ", "ACC ", "Acc.No. "]), self.accession)
    }

    pub(super) fn doctor(&self, source: &mut Source) -> String {
        format!("{}{}", source.pick(&["Dr. ", "Ref: Dr. ", "Perf. ", "Operator: "]), self.physician)
    }

    /// A line that identifies, any.
    pub(super) fn any(&self, source: &mut Source) -> String {
        match source.below(9) {
            0..3 => self.name(source),
            3 => self.identifier(source),
            4 => self.born(source),
            5 => self.taken(source),
            6 => self.admission(source),
            7 => self.hospital.clone(),
            _ => self.doctor(source),
        }
    }

    /// Another's name as short as lists have it.
    pub(super) fn short(source: &mut Source) -> String {
        let end = source.pick(&END);
        format!("{}{end}", source.pick(&START))
    }

    /// The date of the study with nothing else.
    pub(super) fn day(&self, source: &mut Source) -> String {
        self.study.spelled(source)
    }
}

/// Without the two letters that the names above have and ASCII has not.
fn ascii(name: &str) -> String {
    name.replace('é', "e").replace('ü', "u")
}

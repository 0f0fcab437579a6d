//! Modified dates: all moments of a patient move by the same whole number of days, so that what lies
//! between them stays to the microsecond; other patients move otherwise.

use std::collections::BTreeSet;

use dicom::core::chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use dicom::dictionary_std::tags;
use sauva::dataset::{DataSet, Tag, VR};

use crate::help::{Work, data_set, small_image, write_file};

const DAY_US: i64 = 86_400_000_000;

/// Pairs of a date and a time that together are a moment.
const PAIRS: [(Tag, Tag); 5] = [
    (tags::STUDY_DATE, tags::STUDY_TIME),
    (tags::SERIES_DATE, tags::SERIES_TIME),
    (tags::ACQUISITION_DATE, tags::ACQUISITION_TIME),
    (tags::CONTENT_DATE, tags::CONTENT_TIME),
    (tags::INSTANCE_CREATION_DATE, tags::INSTANCE_CREATION_TIME),
];

fn moment(date: &str, time: &str) -> NaiveDateTime {
    let date = NaiveDate::parse_from_str(date, "%Y%m%d").unwrap();
    date.and_time(NaiveTime::parse_from_str(time, "%H%M%S%.f").unwrap())
}

fn of_date_time(text: &str) -> NaiveDateTime {
    let (moment_of, zone) = text.split_at(text.find('+').unwrap_or(text.len()));
    assert!(zone.is_empty() || zone == "+0130", "the offset from UTC is {zone}");
    moment(&moment_of[..8], &moment_of[8..])
}

/// Every moment of an image of `visit`, in a fixed order.
fn moments(image: &DataSet) -> Vec<NaiveDateTime> {
    let text = |level: &DataSet, tag| level.text(tag).unwrap().to_owned();
    let mut found: Vec<_> =
        PAIRS.iter().map(|(date, time)| moment(&text(image, *date), &text(image, *time))).collect();
    let dose = &image.sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE).unwrap()[0];
    let frame = &image.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap()[0];
    let content = &frame.sequence(tags::FRAME_CONTENT_SEQUENCE).unwrap()[0];
    found.push(of_date_time(&text(image, tags::ACQUISITION_DATE_TIME)));
    found.push(of_date_time(&text(dose, tags::RADIOPHARMACEUTICAL_START_DATE_TIME)));
    found.push(of_date_time(&text(dose, tags::RADIOPHARMACEUTICAL_STOP_DATE_TIME)));
    found.push(of_date_time(&text(content, tags::FRAME_ACQUISITION_DATE_TIME)));
    // The times of day alone do not move.
    let start = text(dose, tags::RADIOPHARMACEUTICAL_START_TIME);
    assert_eq!(start, "235959.999999");
    found
}

/// An image whose injection is the last microsecond of one day, and its acquisition on the next.
fn visit(patient: &str, number: usize, day: &str, next: &str) -> DataSet {
    let mut image = small_image();
    image.put_text(tags::PATIENT_ID, VR::LO, patient);
    for (tag, root) in [
        (tags::STUDY_INSTANCE_UID, "1.2.3"),
        (tags::SERIES_INSTANCE_UID, "1.2.4"),
        (tags::SOP_INSTANCE_UID, "1.2.5"),
    ] {
        image.put_text(tag, VR::UI, &format!("{root}.{number}"));
    }
    let days = [day, next, next, next, next];
    let times = ["235000", "000000.5", "000000.000001", "001530.25", "235959.999999"];
    for (((date_tag, time_tag), date), time) in PAIRS.iter().zip(days).zip(times) {
        image.put_text(*date_tag, VR::DA, date);
        image.put_text(*time_tag, VR::TM, time);
    }
    let date_time = |day: &str, clock: &str| format!("{day}{clock}");
    image.put_text(tags::ACQUISITION_DATE_TIME, VR::DT, &date_time(next, "000000.000001+0130"));
    let mut dose = DataSet::new();
    for (tag, text) in [
        (tags::RADIOPHARMACEUTICAL_START_DATE_TIME, date_time(day, "235959.999999+0130")),
        (tags::RADIOPHARMACEUTICAL_STOP_DATE_TIME, date_time(next, "000000")),
    ] {
        dose.put_text(tag, VR::DT, &text);
    }
    dose.put_text(tags::RADIOPHARMACEUTICAL_START_TIME, VR::TM, "235959.999999");
    image.put_sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, vec![dose]);
    let mut content = DataSet::new();
    content.put_text(tags::FRAME_ACQUISITION_DATE_TIME, VR::DT, &date_time(next, "000000.1"));
    let mut frame = DataSet::new();
    frame.put_sequence(tags::FRAME_CONTENT_SEQUENCE, vec![content]);
    image.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![frame]);
    image
}

const PATIENTS: usize = 20;

/// Two visits of each patient, on both sides of a leap day and of years; by how many days each of the
/// patients moves.
fn shifts(more: &[&str]) -> Vec<i64> {
    let work = Work::new();
    let input = work.path("input");
    for patient in 0..PATIENTS {
        let id = format!("MRN-77{patient:03}");
        let (first, second) = (2 * patient, 2 * patient + 1);
        let name = |number: usize| input.join(format!("{number:02}"));
        write_file(&name(first), &visit(&id, first, "20200228", "20200229"));
        write_file(&name(second), &visit(&id, second, "20231231", "20240101"));
    }
    let outputs = work.run_to(&input, "out", more);
    assert_eq!(outputs.len(), 2 * PATIENTS);
    let mut shifts = Vec::new();
    for patient in 0..PATIENTS {
        let mut of_patient = BTreeSet::new();
        for name in [2 * patient, 2 * patient + 1].map(|number| format!("{number:02}")) {
            let came = moments(&data_set(&input.join(&name)));
            let went = moments(&data_set(&outputs[&name]));
            assert_eq!(came.len(), went.len());
            for (came, went) in came.into_iter().zip(went) {
                of_patient.insert((went - came).num_microseconds().unwrap());
            }
        }
        let shift = of_patient.pop_first().unwrap();
        assert!(of_patient.is_empty(), "moments of one patient move by different times");
        assert_eq!(shift % DAY_US, 0, "whole days");
        assert!(shift < 0, "no date lies in the future");
        shifts.push(shift / DAY_US);
    }
    shifts
}

/// Twenty keyed shifts of ten years: two or three of them may be the same, hardly ever more.
fn check_different(shifts: &[i64]) {
    let different: BTreeSet<&i64> = shifts.iter().collect();
    assert!(different.len() >= PATIENTS - 4, "{shifts:?}");
}

#[test]
fn intervals_of_a_patient_stay_to_the_microsecond() {
    let shifts = shifts(&["--profile", "research"]);
    check_different(&shifts);
    assert!(shifts.iter().any(|days| days % 7 != 0), "days and not weeks: {shifts:?}");
}

#[test]
fn the_day_of_the_week_stays_where_dates_move_by_weeks() {
    let shifts = shifts(&["--retain", "modified-dates", "--date-shift", "weeks"]);
    check_different(&shifts);
    let leap_day = NaiveDate::from_ymd_opt(2020, 2, 29).unwrap();
    for days in shifts {
        let moved = leap_day + dicom::core::chrono::Duration::days(days);
        assert_eq!(moved.weekday(), Weekday::Sat, "{days} days");
    }
}

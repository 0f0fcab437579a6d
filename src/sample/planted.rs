//! What was planted: the identities of a sample in, the strings to look for in what comes out of a
//! de-identifier.

use std::collections::BTreeSet;

use super::charset::Charset;
use super::header::private;
use super::identity::{Instance, Patient, Series, Study};
use super::plan::Slice;

/// Shorter strings might stand in pixel data by chance.
const MIN_BYTES: usize = 7;

/// Collects planted strings and dates, each once.
#[derive(Debug, Default)]
pub(super) struct Planted {
    pub(super) strings: BTreeSet<String>,
    pub(super) dates: BTreeSet<String>,
}

impl Planted {
    /// Adds what one file plants that the files before it did not.
    pub(super) fn add(&mut self, seed: u64, slice: &Slice) {
        let charset = Patient::of(seed, slice).charset;
        if slice.is_first_of_patient() {
            self.patient(&Patient::of(seed, slice));
        }
        if slice.is_first_of_study() {
            self.study(&Study::of(seed, slice), charset);
        }
        if slice.is_first_of_series() {
            self.series(&Series::of(seed, slice), charset);
        }
        let Instance { uid, comments, marked_by } = Instance::of(seed, slice);
        self.texts(charset, &[&uid, &comments, &marked_by]);
    }

    // The records are taken apart field by field, so that a new one cannot be forgotten here.

    fn patient(&mut self, patient: &Patient) {
        let Patient {
            charset,
            name,
            other_name,
            birth_name,
            mother_birth_name,
            responsible_person,
            id,
            other_ids: [other_id, insurance_id],
            issuer,
            birth_date,
            birth_year: _,
            sex: _,
            address,
            town,
            telephone,
            occupation,
            comments,
            history,
            allergy,
            private_note,
            surgeon,
        } = patient;
        for name in [name, other_name, birth_name, mother_birth_name, responsible_person] {
            self.name(*charset, name);
        }
        self.texts(*charset, &[id, other_id, insurance_id, issuer, address, town, telephone]);
        self.texts(*charset, &[occupation, comments, history, allergy, private_note, surgeon]);
        self.texts(*charset, &private::CREATORS);
        self.dates.insert(birth_date.clone());
    }

    fn study(&mut self, study: &Study, charset: Charset) {
        let Study {
            uid,
            earlier_uid,
            creator_uid,
            device_uid,
            date,
            year: _,
            hour: _,
            id,
            accession,
            admission_id,
            order_number,
            description,
            reason,
            request_comments,
            referring,
            requesting,
            reading,
            performing,
            operators: [operator, assistant],
            physician_id,
            physician_telephone,
            service,
            institution,
            institution_address,
            department,
            station,
            serial,
            gantry,
            ae_title,
        } = study;
        for name in [referring, requesting, reading, performing, operator, assistant] {
            self.name(charset, name);
        }
        self.texts(charset, &[uid, earlier_uid, creator_uid, device_uid, id, accession]);
        self.texts(charset, &[admission_id, order_number, description, reason, request_comments]);
        self.texts(charset, &[physician_id, physician_telephone, service, institution]);
        self.texts(charset, &[institution_address, department, station, serial, gantry, ae_title]);
        self.dates.insert(date.clone());
    }

    fn series(&mut self, series: &Series, charset: Charset) {
        let Series {
            uid,
            frame_of_reference_uid,
            localizer_uid,
            step_uid,
            irradiation_uid,
            description,
            protocol,
            step_id,
            step_comments,
            asked_by,
            technician,
        } = series;
        self.texts(charset, &[uid, frame_of_reference_uid, localizer_uid, step_uid]);
        self.texts(charset, &[irradiation_uid, description, protocol, step_id, step_comments]);
        self.texts(charset, &[asked_by, technician]);
    }

    /// A name whole and in its components: a leak may carry one of them alone.
    fn name(&mut self, charset: Charset, name: &str) {
        self.texts(charset, &[name]);
        let components: Vec<&str> = name.split(['^', '=', ' ']).collect();
        self.texts(charset, &components);
    }

    /// The strings look the same in UTF-8; what stands in Latin-1 is listed by its ASCII pieces.
    fn texts<T: AsRef<str>>(&mut self, charset: Charset, texts: &[T]) {
        for text in texts.iter().map(AsRef::as_ref) {
            let pieces: Vec<&str> = match charset {
                Charset::Latin1 => text.split(|letter: char| !letter.is_ascii()).collect(),
                Charset::Utf8 => vec![text],
            };
            let long = pieces.into_iter().filter(|piece| piece.len() >= MIN_BYTES);
            self.strings.extend(long.map(str::to_owned));
        }
    }
}

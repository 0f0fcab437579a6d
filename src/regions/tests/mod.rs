//! Tests of several files together.

mod any_object;
mod doses;
mod images;
mod masks;
mod objects;
mod real_files;

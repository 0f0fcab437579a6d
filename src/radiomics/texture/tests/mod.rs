//! Tests of the texture families.

mod invariants;
mod phantom;
mod plain;
mod plain_formulae;
mod special;

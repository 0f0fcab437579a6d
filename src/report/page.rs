//! The whole page: verdict and sections in, HTML out.

use anyhow::Result;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::figure::Html;
use super::numbers::date;
use super::summary::Summary;
use super::tables::Trouble;
use super::verdict::{Level, Verdict};

/// A part of the page.
#[derive(Debug)]
pub(super) struct Section {
    /// Where links lead.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) body: Html,
    /// Tables that could not be read for it.
    pub(super) troubles: Vec<Trouble>,
}

/// The page as its template takes it.
#[derive(Debug, Template)]
#[template(path = "page.html", config = "src/report/askama.toml")]
pub(super) struct Page {
    is_private: bool,
    level: Level,
    sentence: String,
    run: String,
    started: String,
    version: String,
    verdict: Html,
    sections: Vec<Section>,
    style: Html,
    script: Html,
    /// What the policy of the page lets in.
    style_digest: String,
    script_digest: String,
}

impl Page {
    pub(super) fn new(
        summary: &Summary,
        verdict: &Verdict,
        sections: Vec<Section>,
    ) -> Result<Self> {
        let style = include_str!("style.css");
        let script = include_str!("script.js");
        Ok(Self {
            is_private: summary.names_patients,
            level: verdict.level,
            sentence: verdict.sentence.clone(),
            run: summary.run.id.clone(),
            started: date(summary.run.start_unix_s),
            version: summary.tool.version.clone(),
            verdict: Html(verdict.render()?),
            sections,
            style: Html(style.to_owned()),
            script: Html(script.to_owned()),
            style_digest: source_digest(style),
            script_digest: source_digest(script),
        })
    }

    pub(super) fn html(&self) -> Result<String> {
        Ok(self.render()?)
    }

    /// What the tab shows before its title.
    fn mark(&self) -> &'static str {
        match self.level {
            Level::Good => "✓",
            Level::Look => "!",
            Level::Bad => "✕",
        }
    }
}

/// A source as the Content Security Policy names it (CSP 3, section 2.3.1).
fn source_digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

//! The whole page: verdict and sections in, HTML out.

use anyhow::Result;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::figure::Html;
use super::trouble::Trouble;
use super::verdict::{Level, Verdict};

/// A part of the page.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where links lead.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) body: Html,
    /// Tables that could not be read for it.
    pub(crate) troubles: Vec<Trouble>,
}

impl Section {
    pub(crate) fn new(
        id: &'static str,
        title: &'static str,
        body: &impl Template,
        troubles: Vec<Trouble>,
    ) -> Result<Self> {
        Ok(Self { id, title, body: Html(body.render()?), troubles })
    }

    /// A section of which nothing could be made.
    pub(crate) fn empty(id: &'static str, title: &'static str, troubles: Vec<Trouble>) -> Self {
        Self { id, title, body: Html::default(), troubles }
    }
}

/// What stands above all sections.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// What kind of page it is.
    pub(crate) name: &'static str,
    /// Whom the page names, and what that means for it; nothing where it names nobody.
    pub(crate) private: Option<&'static str>,
    pub(crate) run: String,
    pub(crate) started: String,
    pub(crate) version: String,
    /// The command that looks for what is damaged, where there is one.
    pub(crate) check: Option<&'static str>,
}

/// The page as its template takes it.
#[derive(Debug, Template)]
#[template(path = "page.html", config = "src/html/askama.toml")]
pub(crate) struct Page {
    head: Head,
    level: Level,
    sentence: String,
    verdict: Html,
    sections: Vec<Section>,
    style: Html,
    script: Html,
    /// What the policy of the page lets in.
    style_digest: String,
    script_digest: String,
}

impl Page {
    pub(crate) fn new(head: Head, verdict: &Verdict, sections: Vec<Section>) -> Result<Self> {
        let style = include_str!("style.css");
        let script = include_str!("script.js");
        Ok(Self {
            head,
            level: verdict.level,
            sentence: verdict.sentence.clone(),
            verdict: Html(verdict.render()?),
            sections,
            style: Html(style.to_owned()),
            script: Html(script.to_owned()),
            style_digest: source_digest(style),
            script_digest: source_digest(script),
        })
    }

    pub(crate) fn html(&self) -> Result<String> {
        Ok(self.render()?)
    }
}

/// A source as the Content Security Policy names it (CSP 3, section 2.3.1).
fn source_digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

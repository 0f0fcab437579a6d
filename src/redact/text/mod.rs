//! Text in pixels.

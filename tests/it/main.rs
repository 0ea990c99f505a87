//! Stories of the built program: make a folder, write a file, run errstat, compare what it says.
//!
//! What is expected was computed by hand, by the test itself, or by another program that is named
//! beside the number; never copied from errstat's own output.

mod lab;
mod notice;
mod program;
mod tools;

mod access_logs;
mod agreement;
mod archive;
mod bad_input;
mod bad_logs;
mod browser;
mod channels;
mod chat;
mod check;
mod ci_examples;
mod config;
mod direction;
mod encodings;
mod ends;
mod excel;
mod faults;
mod filters;
mod help;
mod incidents;
mod languages;
mod layouts;
mod links;
mod mail;
mod notifications;
mod openmetrics;
mod outputs;
#[cfg(unix)]
mod outside;
mod overlap;
mod page;
mod periods;
mod plans;
mod polluted;
mod precisions;
mod properties;
mod real_servers;
mod reconcile;
mod reference;
mod rejects;
mod safety;
mod sample;
mod sample_log;
mod schemas;
mod screen;
mod secrets;
mod sentences;
mod server;
mod sources;
mod spark;
mod story;
mod times;
mod unknown;
mod usage;
mod vocabulary;
mod voice;
mod weekly;
mod windows;
mod workbooks;
mod zones;

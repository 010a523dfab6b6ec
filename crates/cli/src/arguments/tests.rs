//! What holds for every command: help with examples that parse, and an answer in JSON.

use clap::{CommandFactory, Parser};

use super::Arguments;

/// Calls with every command that does something, by its whole name.
fn each(visit: &mut dyn FnMut(&str, &clap::Command)) {
    fn walk(command: &clap::Command, name: &str, visit: &mut dyn FnMut(&str, &clap::Command)) {
        for below in command.get_subcommands() {
            walk(below, format!("{name} {}", below.get_name()).trim(), visit);
        }
        if !command.has_subcommands() {
            visit(name, command);
        }
    }
    walk(&Arguments::command(), "", visit);
}

#[test]
fn the_arguments_are_well_formed() {
    Arguments::command().debug_assert();
}

#[test]
fn every_command_answers_in_json() {
    const WITHOUT: [(&str, &str); 3] = [
        ("completions", "it is a script for a shell"),
        ("man", "it is a page for man"),
        ("demo", "it is a show for people; its server answers in JSON"),
    ];
    let mut without = Vec::new();
    each(&mut |name, command| {
        if !command.get_arguments().any(|argument| argument.get_id() == "json") {
            without.push(name.to_owned());
        }
    });
    without.sort();
    let mut known = WITHOUT.map(|(name, _)| name);
    known.sort_unstable();
    assert_eq!(without, known);
}

#[test]
fn every_command_has_examples_and_each_of_them_parses() {
    each(&mut |name, command| {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<&str> = help.lines().filter(|line| line.starts_with("  ")).collect();
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            // What comes before and after it in a pipe is not ours.
            let ours = example.split(" | ").find(|part| part.trim_start().starts_with("seaworthy "));
            let ours = ours.unwrap_or_else(|| panic!("{example} does not call seaworthy"));
            let ours = ours.split([' ']).take_while(|word| !word.starts_with(['>', '<']));
            let words = shlex::split(&ours.collect::<Vec<_>>().join(" ")).unwrap();
            assert!(words[1..].join(" ").starts_with(name), "{example} is no example of {name}");
            Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    });
}

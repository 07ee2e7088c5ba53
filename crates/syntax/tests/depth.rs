//! Deep and long sources: the answer is a tree or CPython's kind of exception, on an ordinary stack and in short time.

use std::time::{Duration, Instant};

use taipan_syntax::{Mode, ParseOptions, SourceText, SyntaxErrorKind, parse};

fn outcome(source: &str) -> Option<SyntaxErrorKind> {
    let text = source.to_owned();
    let run = move || {
        let source = SourceText::from_text(&text).expect("text without null characters");
        parse(&source, Mode::Exec, &ParseOptions::default()).err().map(|error| error.kind)
    };
    let began = Instant::now();
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(run).expect("a thread");
    let outcome = thread.join().expect("no panic");
    assert!(began.elapsed() < Duration::from_secs(20), "too slow: {:.60}", source);
    outcome
}

#[test]
fn deep_prefixes_exhaust_the_parser() {
    for unit in ["-", "not ", "~", "lambda: ", "a if b else ", "a ** "] {
        assert_eq!(outcome(&format!("{}1", unit.repeat(100_000))), Some(SyntaxErrorKind::Memory), "{unit}");
        assert_eq!(outcome(&format!("{}1 2", unit.repeat(100_000))), Some(SyntaxErrorKind::Memory), "{unit}");
        assert_eq!(outcome(&format!("{}1", unit.repeat(1_900))), None, "{unit}");
        assert_eq!(outcome(&format!("{}1 2", unit.repeat(500))), Some(SyntaxErrorKind::Syntax), "{unit}");
        assert_eq!(outcome(&format!("{}1 2", unit.repeat(2_900))), Some(SyntaxErrorKind::Syntax), "{unit}");
    }
    let chain = format!("if a: b\n{}x y\n", "elif a: b\n".repeat(5_500));
    assert_eq!(outcome(&chain), Some(SyntaxErrorKind::Syntax));
    let chain = format!("if a: b\n{}'", "elif a: b\n".repeat(100_000));
    assert_eq!(outcome(&chain), Some(SyntaxErrorKind::Memory));
    let chain = format!("if a: b\n{}", "elif a: b\n".repeat(100_000));
    assert_eq!(outcome(&chain), Some(SyntaxErrorKind::Memory));
}

#[test]
fn long_chains_parse() {
    for unit in ["1 + ", "a == ", "a and ", "a = ", "a, ", "'a' "] {
        assert_eq!(outcome(&format!("{}'b'", unit.repeat(100_000))), None, "{unit}");
    }
    for unit in [".b", "()", "[0]"] {
        assert_eq!(outcome(&format!("a{}", unit.repeat(100_000))), None, "{unit}");
        assert_eq!(outcome(&format!("a{} b", unit.repeat(20_000))), Some(SyntaxErrorKind::Syntax), "{unit}");
    }
    assert_eq!(outcome(&"a; ".repeat(100_000)), None);
    assert_eq!(outcome(&"if a: b\n".repeat(100_000)), None);
}

#[test]
fn brackets_nest_to_a_limit() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("a[", "]"), ("{a: ", "}"), ("*(", ",)")]
    {
        let nest = |n: usize, inner: &str| format!("x = [{}{inner}{}]", open.repeat(n), close.repeat(n));
        assert_eq!(outcome(&nest(199, "a")), None, "{open}");
        assert_eq!(outcome(&nest(300, "a")), Some(SyntaxErrorKind::Syntax), "{open}");
        for inner in ["a b", "a = b c", "a := b c", "a for", "**", "lambda a b: c", "a if b", "1 +", ")", "'"]
        {
            assert_eq!(outcome(&nest(150, inner)), Some(SyntaxErrorKind::Syntax), "{open} {inner}");
        }
    }
}

#[test]
fn statements_nest_to_a_limit() {
    let blocks = |n: usize, inner: &str| {
        let heads: String = (0..n).map(|i| format!("{}if a:\n", " ".repeat(i))).collect();
        format!("{heads}{}{inner}\n", " ".repeat(n))
    };
    assert_eq!(outcome(&blocks(99, "pass")), None);
    assert_eq!(outcome(&blocks(100, "pass")), Some(SyntaxErrorKind::Indentation));
    for inner in ["a b", "try: a", "for", "with a", "def f(", "f(a b)", "class"] {
        assert_eq!(outcome(&blocks(90, inner)), Some(SyntaxErrorKind::Syntax), "{inner}");
    }
    let patterns =
        |n: usize, inner: &str| format!("match a:\n case {}{inner}{}: pass\n", "(".repeat(n), ")".repeat(n));
    assert_eq!(outcome(&patterns(150, "a")), None);
    assert_eq!(outcome(&patterns(150, "a b")), Some(SyntaxErrorKind::Syntax));
}

//! The rules, each with what CPython 3.14 was seen to do.

use taipan_host::{Permission, Policy};

use super::{CheckHashPycs, Config, Ending, HashSeed, Program, parse, table};

fn run(line: &[&str], environment: &[(&str, &str)]) -> Result<Config, Ending> {
    let mut arguments = vec![b"taipan".to_vec()];
    arguments.extend(line.iter().map(|argument| argument.as_bytes().to_vec()));
    let variable = |name: &str| {
        environment.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_bytes().to_vec())
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let is_c = locale.is_none_or(|name| name == b"C" || name == b"POSIX");
    parse(&arguments, &variable, is_c, "3.14.8", "3.14.8 (main)")
}

fn config(line: &[&str]) -> Config {
    run(line, &[("LANG", "C.UTF-8")]).expect("a program")
}

fn ending(line: &[&str]) -> Ending {
    run(line, &[]).expect_err("nothing to run")
}

#[test]
fn programs_take_the_rest() {
    assert_eq!(config(&[]).program, Program::Input);
    assert_eq!(config(&[]).arguments, [b"".to_vec()]);
    let found = config(&["-Oc", "print", "-x", "--"]);
    assert_eq!((found.program, found.optimize), (Program::Command(b"print\n".to_vec()), 1));
    assert_eq!(found.arguments, [b"-c".to_vec(), b"-x".to_vec(), b"--".to_vec()]);
    assert_eq!(config(&["-ccc"]).program, Program::Command(b"cc\n".to_vec()));
    assert_eq!(config(&["-mmod", "-c"]).program, Program::Module(b"mod".to_vec()));
    assert_eq!(config(&["--", "-x"]).program, Program::File(b"-x".to_vec()));
    let found = config(&["-u", "-", "-i"]);
    assert_eq!((found.program, found.inspect, found.unbuffered), (Program::Input, 0, true));
    assert_eq!(found.arguments, [b"-".to_vec(), b"-i".to_vec()]);
}

#[test]
fn flags_are_counted_and_clustered() {
    let found = config(&["-bbvvvOOOqqBEdsSPxi", "file"]);
    assert_eq!((found.bytes_warning, found.verbose, found.optimize, found.quiet), (2, 3, 3, 2));
    assert!(found.dont_write_bytecode && found.ignore_environment && found.no_site && found.safe_path);
    assert_eq!((found.debug, found.inspect, found.interactive), (1, 1, 1));
    assert!(found.no_user_site && found.skip_first_line);
    let found = run(&["-I"], &[("PYTHONPATH", "/a"), ("PYTHONUTF8", "nonsense")]).expect("isolated");
    assert!(found.isolated && found.ignore_environment && found.no_user_site && found.safe_path);
    assert!(found.path.is_empty() && found.utf8_mode);
}

#[test]
fn warnings_come_in_order() {
    let environment = [("PYTHONDEVMODE", "1"), ("PYTHONWARNINGS", "error,,d")];
    let found = run(&["-bb", "-Wignore", "-W", "x"], &environment).expect("a program");
    let expected = ["default", "error", "d", "ignore", "x", "error::BytesWarning"];
    assert_eq!(found.warning_options, expected.map(|option| option.as_bytes().to_vec()));
    assert!(found.fault_handler);
}

#[test]
fn extra_options_have_values() {
    let found = config(&["-X", "utf8", "-Xfoo=bar=", "-Xtracemalloc=5", "-Ximporttime=2", "-Xcpu_count=3"]);
    assert_eq!(found.x_option("utf8"), Some(None));
    assert_eq!(found.x_option("foo"), Some(Some(&b"bar="[..])));
    assert!(found.utf8_mode);
    assert_eq!((found.tracemalloc, found.import_time, found.cpu_count), (5, 2, Some(3)));
    let found =
        config(&["-Ximplementation=cpython", "-Xmax-memory=2M", "--dump=ast,tokens", "--stdlib", "/lib"]);
    assert_eq!((found.implementation.as_str(), found.max_memory), ("cpython", Some(2 << 20)));
    assert_eq!((found.dump.len(), found.stdlib.as_deref()), (2, Some(&b"/lib"[..])));
    let found = config(&["--check-hash-based-pycs", "never"]);
    assert_eq!(found.check_hash_pycs, CheckHashPycs::Never);
}

#[test]
fn permissions_confine() {
    assert_eq!(config(&["x.py"]).policy(), None);
    let found = config(&["--sandbox", "--allow-read=/srv,/data", "--allow-env", "x.py", "--allow-run"]);
    let grants = found.sandbox.as_deref().expect("confined");
    let paths = Some(vec![b"/srv".to_vec(), b"/data".to_vec()]);
    assert_eq!(grants, [(Permission::Read, paths), (Permission::Env, None)]);
    let policy = found.policy().expect("confined");
    assert!(policy.allows(Permission::Env, b"HOME") && !policy.allows(Permission::Run, b"sh"));
    assert_eq!(config(&["--sandbox"]).sandbox, Some(Vec::new()));
    assert!(ending(&["--sandbox=x"]).error.starts_with("Unknown option: --sandbox=x"));
}

#[test]
fn variables_count_unless_ignored() {
    let environment = [
        ("PYTHONOPTIMIZE", "2"),
        ("PYTHONVERBOSE", "x"),
        ("PYTHONDEBUG", "-3"),
        ("PYTHONDONTWRITEBYTECODE", "0"),
        ("PYTHONSAFEPATH", "0"),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONPATH", "/a::/b"),
        ("PYTHONIOENCODING", "latin-1"),
        ("LC_ALL", "de_DE.UTF-8"),
    ];
    let found = run(&[], &environment).expect("a program");
    assert_eq!((found.optimize, found.verbose, found.debug), (2, 1, 1));
    assert!(!found.dont_write_bytecode && found.safe_path && !found.utf8_mode);
    assert_eq!((found.hash_seed, found.hash_randomization()), (HashSeed::Fixed(0), false));
    assert_eq!(found.path, [b"/a".to_vec(), b"".to_vec(), b"/b".to_vec()]);
    assert_eq!(found.stdio_errors.as_deref(), Some(&b"strict"[..]));
    let found = run(&["-E"], &environment).expect("a program");
    assert_eq!((found.optimize, found.hash_seed), (0, HashSeed::Random));
}

#[test]
fn wrong_options_print_usage() {
    let cases: &[(&[&str], &str)] = &[
        (&["-Z"], "Unknown option: -Z"),
        (&["-h", "-Z"], "Unknown option: -Z"),
        (&["--foo"], "Unknown option: --foo"),
        (&["--check-hash-based-pycs=always"], "Unknown option: --check-hash-based-pycs=always"),
        (&["-c"], "Argument expected for the -c option"),
        (&["-W"], "Argument expected for the -W option"),
        (&["--check-hash-based-pycs"], "Argument expected for the --check-hash-based-pycs options"),
        (
            &["--check-hash-based-pycs", "foo"],
            "--check-hash-based-pycs must be one of 'default', 'always', or 'never'",
        ),
    ];
    for (line, reason) in cases {
        let usage = "usage: taipan [option] ... [-c cmd | -m mod | file | -] [arg] ...";
        let expected = format!("{reason}\n{usage}\nTry `python -h' for more information.\n");
        assert_eq!(ending(line), Ending { output: String::new(), error: expected, status: 2 });
    }
}

#[test]
fn wrong_values_are_fatal() {
    let digits = "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.";
    let cases: &[(&str, &str)] = &[
        ("int_max_str_digits=5", digits),
        ("int_max_str_digits", digits),
        ("frozen_modules=x", "bad value for option -X frozen_modules (expected \"on\" or \"off\")"),
        ("tracemalloc=-1", "config_init_tracemalloc: -X tracemalloc=NFRAME: invalid number of frames"),
        (
            "thread_inherit_context=2",
            "config_init_thread_inherit_context: -X thread_inherit_context=n: n is missing or invalid",
        ),
    ];
    for (option, message) in cases {
        let expected = format!("Fatal Python error: {message}\nPython runtime state: preinitialized\n\n");
        let found = ending(&["-X", option]);
        assert_eq!((found.error, found.status), (expected, 1));
    }
    let found = run(&[], &[("PYTHONUTF8", "2")]).expect_err("fatal");
    assert!(found.error.contains("preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value"));
    assert!(found.error.contains("state: preinitializing\n"));
    assert!(run(&[], &[("PYTHONHASHSEED", "4294967296")]).is_err());
}

#[test]
fn help_and_version_are_printed() {
    assert_eq!(ending(&["-V"]).output, "Python 3.14.8\n");
    assert_eq!(ending(&["--version", "-qVc1"]).output, "Python 3.14.8 (main)\n");
    assert!(ending(&["-VhV"]).output.starts_with("usage: taipan [option]"));
    for line in [["--help-all"], ["-h"], ["--help-env"], ["--help-xoptions"]] {
        let text = ending(&line).output;
        assert!(text.ends_with('\n') && text.lines().all(|line| line.len() <= 79), "{text}");
    }
    // What is shown sorted is sorted, and every option is documented.
    assert!(table::EXTRA.windows(2).all(|pair| pair[0].shown < pair[1].shown));
    let key = |name: &str| name.replace('_', "");
    for list in [table::VARIABLES, table::OPTION_VARIABLES] {
        assert!(list.windows(2).all(|pair| key(pair[0].shown) < key(pair[1].shown)));
    }
}

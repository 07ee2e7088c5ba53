//! What the driver wrote about a module's tests.

use std::collections::BTreeMap;

/// How a test ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It passed, or failed as it says it will.
    Pass,
    /// A check failed.
    Fail,
    /// An exception.
    Error,
    /// It was skipped.
    Skip,
    /// The interpreter ended in the middle.
    Crash,
    /// The interpreter had to be ended in the middle.
    Timeout,
}

impl Kind {
    /// The name, as tables and the driver write it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pass => "pass",
            Kind::Fail => "fail",
            Kind::Error => "error",
            Kind::Skip => "skip",
            Kind::Crash => "crash",
            Kind::Timeout => "timeout",
        }
    }

    fn from_name(name: &str) -> Option<Kind> {
        [Kind::Pass, Kind::Fail, Kind::Error, Kind::Skip, Kind::Crash, Kind::Timeout]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// The results of a module.
#[derive(Default)]
pub struct Results {
    tests: BTreeMap<String, (Kind, String)>,
    /// The test that began last and has not ended.
    open: Option<String>,
    /// What was said of the module as a whole.
    module: Option<String>,
}

impl Results {
    /// Reads the driver's lines. A last line that was cut is ignored.
    pub fn read(&mut self, text: &str) {
        self.open = None;
        for line in text.lines() {
            let mut parts = line.splitn(3, '\t');
            let (Some(kind), Some(name), Some(detail)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            match kind {
                "start" => self.open = Some(name.to_owned()),
                "module" => self.module = Some(detail.to_owned()),
                "subtest" => {}
                kind => {
                    if self.open.as_deref() == Some(name) {
                        self.open = None;
                    }
                    if let Some(kind) = Kind::from_name(kind) {
                        self.tests.insert(name.to_owned(), (kind, detail.to_owned()));
                    }
                }
            }
        }
    }

    /// The lines from which [`Results::read`] makes the same.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for (name, (kind, detail)) in &self.tests {
            text += &format!("{}\t{name}\t{detail}\n", kind.name());
        }
        if let Some(module) = &self.module {
            text += &format!("module\t\t{module}\n");
        }
        text
    }

    /// A test's result.
    pub fn get(&self, name: &str) -> Option<(Kind, &str)> {
        self.tests.get(name).map(|(kind, detail)| (*kind, detail.as_str()))
    }

    /// How many have one.
    pub fn len(&self) -> usize {
        self.tests.len()
    }

    /// The tests that passed, sorted.
    pub fn passing(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().filter(|(_, (kind, _))| *kind == Kind::Pass).map(|(name, _)| name.as_str())
    }

    /// The tests that have a result.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tests.keys().map(String::as_str)
    }

    /// Whether the driver came to its end, loaded or not.
    pub fn is_done(&self) -> bool {
        self.module.is_some()
    }

    /// Why the module as a whole did not run.
    pub fn trouble(&self) -> Option<&str> {
        self.module.as_deref().filter(|module| *module != "done")
    }

    /// Gives the test that was running when the interpreter ended its result; whether there was one.
    pub fn end_open(&mut self, kind: Kind, detail: &str) -> bool {
        let Some(name) = self.open.take() else { return false };
        self.tests.insert(name, (kind, detail.to_owned()));
        true
    }

    /// Says why the module did not run to its end.
    pub fn set_trouble(&mut self, trouble: String) {
        self.module = Some(trouble);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_results_and_lines_again() {
        let mut results = Results::default();
        results.read("start\ta\t\npass\ta\t\nstart\tb\t\nsubtest\tb [1]\tfail x\nfail\tb\tx\nstart\tc\t\n");
        assert_eq!(results.passing().collect::<Vec<_>>(), ["a"]);
        assert_eq!(results.get("b"), Some((Kind::Fail, "x")));
        assert!(results.end_open(Kind::Crash, "signal 11") && !results.end_open(Kind::Crash, ""));
        let mut again = Results::default();
        again.read(&results.write());
        assert_eq!(again.get("c"), Some((Kind::Crash, "signal 11")));
        assert_eq!((again.len(), again.is_done()), (3, false));
    }
}

//! Reads a command's arguments: `--name VALUE`, `--switch`, and what is left.

/// A command's arguments, taken out one by one.
pub struct Arguments {
    rest: Vec<String>,
}

impl Arguments {
    /// From what follows the command's name.
    pub fn new(arguments: &[String]) -> Arguments {
        Arguments { rest: arguments.to_vec() }
    }

    /// Takes a switch.
    pub fn switch(&mut self, name: &str) -> bool {
        let found = self.rest.iter().position(|argument| argument == name);
        found.map(|at| self.rest.remove(at)).is_some()
    }

    /// Takes an option's value.
    pub fn value(&mut self, name: &str) -> Option<String> {
        let at = self.rest.iter().position(|argument| argument == name)?;
        if at + 1 >= self.rest.len() {
            return None;
        }
        self.rest.remove(at);
        Some(self.rest.remove(at))
    }

    /// Takes all values of an option that may be repeated.
    pub fn values(&mut self, name: &str) -> Vec<String> {
        std::iter::from_fn(|| self.value(name)).collect()
    }

    /// Takes an option's value as a number.
    pub fn number(&mut self, name: &str, default: u64) -> u64 {
        self.value(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    }

    /// What is left; an unknown option is named and `None` returned.
    pub fn rest(self) -> Option<Vec<String>> {
        if let Some(unknown) = self.rest.iter().find(|argument| argument.starts_with('-')) {
            eprintln!("xtask: unknown option {unknown}");
            return None;
        }
        Some(self.rest)
    }
}

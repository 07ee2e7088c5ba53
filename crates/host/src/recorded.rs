//! A host that reports its calls to a recorder.
//!
//! [`RecordedHost`] stands before another host and passes every call on. It is made by the same macro as the subjects' traits
//! ([`subject!`]), so that no call can be forgotten.

use std::time::Instant;

use taipan_event::{Recording, What};

use crate::files::Target;
use crate::{HostError, HostHandle};

/// Calls that only ask what costs no system call, or that the interpreter itself makes all the time.
const QUIET: &[&str] = &[
    "any_pending",
    "arguments",
    "clock",
    "conventions",
    "encoding",
    "executable",
    "getpid",
    "local_time",
    "monotonic",
    "note",
    "performance_counter",
    "process_time",
    "processors",
    "take_pending",
    "take_wakeup_error",
    "thread_handle",
    "thread_id",
    "thread_time",
    "utc_time",
    "variable",
    "variables",
    "wall_time",
];

/// Bytes of a write that the record keeps.
const LONGEST_OUTPUT: usize = 64 * 1024;
/// Characters of a subject.
const LONGEST_SUBJECT: usize = 200;

/// A host whose calls are recorded.
pub struct RecordedHost {
    pub(crate) inner: HostHandle,
    recording: Recording,
}

/// A call that has begun.
pub(crate) struct Begun {
    call: &'static str,
    arguments: Vec<String>,
    at: Instant,
}

impl RecordedHost {
    /// Passes all calls on to `inner`, and reports them.
    #[must_use]
    pub fn new(inner: HostHandle, recording: Recording) -> RecordedHost {
        RecordedHost { inner, recording }
    }

    pub(crate) fn begin(&self, call: &'static str, arguments: impl FnOnce() -> Vec<String>) -> Option<Begun> {
        if call == "exit_now" {
            let status = arguments().first().and_then(|status| status.parse().ok()).unwrap_or(0);
            self.recording.recorder.ending(status);
            return None;
        }
        (!QUIET.contains(&call)).then(|| Begun { call, arguments: arguments(), at: Instant::now() })
    }

    pub(crate) fn end(&self, begun: Option<Begun>, result: String) {
        let Some(Begun { call, arguments, at }) = begun else { return };
        let took = u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let thread = taipan_event::thread();
        if call == "fork" && result == "0" {
            return self.recording.recorder.forked();
        }
        let mut arguments = arguments.into_iter().filter(|text| !text.is_empty());
        let mut subject = arguments.next().unwrap_or_default();
        if call == "write"
            && let Ok(descriptor @ 1..=2) = subject.parse()
            && let Some(text) = arguments.next()
        {
            let written = result.parse().unwrap_or(0).min(text.len());
            let end = (0..=written).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
            let text = text[..end].into();
            self.recording.recorder.record(thread, What::Output { descriptor, text });
        } else {
            for more in arguments {
                subject.push_str(", ");
                subject.push_str(&more);
            }
        }
        let subject = subject.chars().take(LONGEST_SUBJECT).collect::<String>().into();
        let what = What::Host { call, subject, result: result.into(), took };
        self.recording.recorder.record(thread, what);
    }
}

/// An argument or result to be described. Types that [`Known`] covers are; of other results [`Fallible`] says how they ended,
/// and of all else [`Other`] says nothing. Which of them `(&&&Probe(…)).describe()` means is settled by method resolution: the
/// receiver with the most references is tried first.
pub(crate) struct Probe<'a, T: ?Sized>(pub &'a T);

pub(crate) trait Known {
    fn describe(&self) -> String;
}

pub(crate) trait Other {
    fn describe(&self) -> String {
        String::new()
    }
}

impl<T: ?Sized> Other for Probe<'_, T> {}

fn bytes(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_OUTPUT)]).into_owned()
}

impl Known for &&Probe<'_, &[u8]> {
    fn describe(&self) -> String {
        bytes(self.0)
    }
}

impl Known for &&Probe<'_, Target<'_>> {
    fn describe(&self) -> String {
        match self.0 {
            Target::Descriptor(fd) => fd.to_string(),
            Target::Path { path, .. } => bytes(path),
        }
    }
}

macro_rules! numbers {
    ($($t:ty)*) => { $(
        impl Known for &&Probe<'_, $t> {
            fn describe(&self) -> String {
                self.0.to_string()
            }
        }
        impl Known for &&Probe<'_, Result<$t, HostError>> {
            fn describe(&self) -> String {
                match self.0 {
                    Ok(number) => number.to_string(),
                    Err(error) => error.to_string(),
                }
            }
        }
    )* };
}

numbers!(i32 u32 i64 u64 usize bool);

/// Results of other types: whether the call was successful.
pub(crate) trait Fallible {
    fn describe(&self) -> String;
}

impl<T> Fallible for &Probe<'_, Result<T, HostError>> {
    fn describe(&self) -> String {
        match self.0 {
            Ok(_) => "done".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

/// Declares a subject's trait, and what [`RecordedHost`] does of it.
macro_rules! subject {
    ($(#[$meta:meta])* pub trait $name:ident { $($body:tt)* }) => {
        $(#[$meta])*
        pub trait $name { $($body)* }
        $crate::recorded::subject!(@ $name [] $($body)*);
    };
    (@ $name:ident [$($done:tt)*]) => {
        const _: () = {
            #[allow(unused_imports)]
            use $crate::recorded::{Fallible, Known, Other, Probe};
            impl $name for $crate::recorded::RecordedHost { $($done)* }
        };
    };
    (@ $name:ident [$($done:tt)*] $(#[$meta:meta])* fn $f:ident(&self $(, $a:ident: $t:ty)* $(,)?) -> !; $($rest:tt)*) => {
        $crate::recorded::subject!(@ $name [$($done)*
            fn $f(&self $(, $a: $t)*) -> ! {
                self.begin(stringify!($f), || vec![$((&&&Probe(&$a)).describe()),*]);
                self.inner.$f($($a),*)
            }
        ] $($rest)*);
    };
    (@ $name:ident [$($done:tt)*] $(#[$meta:meta])* fn $f:ident(&self $(, $a:ident: $t:ty)* $(,)?) $(-> $r:ty)?; $($rest:tt)*) => {
        $crate::recorded::subject!(@ $name [$($done)*
            fn $f(&self $(, $a: $t)*) $(-> $r)? {
                let begun = self.begin(stringify!($f), || vec![$((&&&Probe(&$a)).describe()),*]);
                let result = self.inner.$f($($a),*);
                self.end(begun, $crate::recorded::outcome!(result $(, $r)?));
                result
            }
        ] $($rest)*);
    };
    (@ $name:ident [$($done:tt)*] $(#[$meta:meta])* fn $f:ident(&self $(, $a:ident: $t:ty)* $(,)?) $(-> $r:ty)? { $($body:tt)* } $($rest:tt)*) => {
        $crate::recorded::subject!(@ $name [$($done)*] fn $f(&self $(, $a: $t)*) $(-> $r)?; $($rest)*);
    };
}

/// The description of a result; nothing where there is none.
macro_rules! outcome {
    ($result:ident) => {{
        let () = $result;
        String::new()
    }};
    ($result:ident, $r:ty) => {
        (&&&Probe(&$result)).describe()
    };
}

pub(crate) use {outcome, subject};

//! What is searched: a `str`, or the bytes of a bytes-like object.

use taipan_macros::Trace;
use taipan_object::buffer::Buffer;
use taipan_object::{Cx, R, StrData, Value, buffer};
use taipan_sre::Subject as Characters;

/// A subject that stays as it is while it is searched: `str` and `bytes` cannot change, of other buffers a copy is taken.
#[derive(Trace, Clone)]
pub struct Subject {
    /// The object as the caller gave it (`Match.string`).
    pub object: Value,
    /// The copied bytes of a buffer that could change.
    #[trace(skip)]
    copy: Option<std::rc::Rc<[u8]>>,
    /// The loan of that buffer, which keeps its size while the search goes on.
    #[trace(skip)]
    _loan: Option<std::rc::Rc<Buffer>>,
    #[trace(skip)]
    pub is_bytes: bool,
}

impl Subject {
    /// TypeError where the value is neither text nor bytes, or not what the pattern is for.
    pub fn new(cx: &mut Cx, object: &Value, pattern_is_bytes: Option<bool>) -> R<Subject> {
        let (mut copy, mut loan) = (None, None);
        let is_bytes = if object.as_str().is_some() {
            false
        } else if object.as_bytes().is_some() {
            true
        } else if buffer::supports(cx, object) {
            let lent = buffer::bytes_like(cx, object)?;
            copy = Some(lent.to_vec(cx).into());
            loan = Some(std::rc::Rc::new(lent));
            true
        } else {
            let message = format!("expected string or bytes-like object, got '{}'", object.type_name(cx));
            return Err(cx.type_error(message));
        };
        match pattern_is_bytes {
            Some(true) if !is_bytes => {
                Err(cx.type_error("cannot use a bytes pattern on a string-like object"))
            }
            Some(false) if is_bytes => {
                Err(cx.type_error("cannot use a string pattern on a bytes-like object"))
            }
            _ => Ok(Subject { object: object.clone(), copy, _loan: loan, is_bytes }),
        }
    }

    /// The characters, for the engine.
    pub fn characters(&self) -> Characters<'_> {
        if let Some(copy) = &self.copy {
            return Characters::One(copy);
        }
        if let Some(text) = self.object.as_str() {
            return match text.data() {
                StrData::One(s) => Characters::One(s),
                StrData::Two(s) => Characters::Two(s),
                StrData::Four(s) => Characters::Four(s),
            };
        }
        Characters::One(self.object.as_bytes().map(|b| b.as_slice()).unwrap_or_default())
    }

    pub fn len(&self) -> usize {
        self.characters().len()
    }

    /// The subject as a match keeps it: a buffer is looked at anew, and may have changed.
    pub fn unlent(&self) -> Subject {
        Subject { object: self.object.clone(), copy: None, _loan: None, is_bytes: self.is_bytes }
    }

    /// As [`Subject::slice`], of what the object holds now.
    pub fn current_slice(&self, cx: &mut Cx, start: usize, end: usize) -> R {
        if self.object.as_str().is_some() || self.object.as_bytes().is_some() {
            return Ok(self.slice(cx, start, end));
        }
        Ok(Subject::new(cx, &self.object, None)?.slice(cx, start, end))
    }

    /// The part from `start` to `end`, as `str` or `bytes`.
    pub fn slice(&self, cx: &mut Cx, start: usize, end: usize) -> Value {
        let end = end.min(self.len());
        let start = start.min(end);
        if let Some(copy) = &self.copy {
            return cx.bytes(&copy[start..end]);
        }
        match self.object.as_str() {
            Some(text) => taipan_types::str::substring(cx, text, start, end),
            None => {
                let bytes = self.object.as_bytes().map(|b| b.as_slice()).unwrap_or_default();
                if start == 0
                    && end == bytes.len()
                    && self.object.is_instance_exact(&taipan_object::bytes::BYTES)
                {
                    return self.object.clone();
                }
                cx.bytes(&bytes[start..end])
            }
        }
    }

    /// The empty `str` or `bytes`.
    pub fn empty(&self, cx: &mut Cx) -> Value {
        if self.is_bytes { cx.bytes(&[]) } else { cx.empty_str() }
    }
}

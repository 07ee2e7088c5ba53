//! From source to a code object, with Python's exceptions and warnings for what the compiler says.

use std::cell::RefCell;
use std::sync::Arc;

use taipan_compiler::{
    CompileError, Compiled, CompilerFlags, ErrorKind, Mode, Options, Warning, WarningKind,
};
use taipan_object::exc::{self, Exception, fields};
use taipan_object::{Cx, Handle, Obj, R, Raised, Type, Value, buffer, ops};
use taipan_syntax::SourceText;
use taipan_syntax::ast::Span;

use super::{settings, warn};
use crate::code::{self, Code};
use crate::record;
use taipan_event::What;

/// What `compile()` is asked.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// A string.
    pub filename: &'a Value,
    pub mode: Mode,
    pub flags: CompilerFlags,
    pub optimize: u8,
    pub feature_version: u8,
}

/// `PyCF_IGNORE_COOKIE`: the bytes are UTF-8 whatever they say.
const IGNORE_COOKIE: u32 = 0x800;

/// Bytes that the compiler leaves unused of the native stack.
const STACK_RESERVE: usize = 64 << 10;

/// The hook of crate `stdlib`'s `_ast`: compiles through Python's tree objects, both ways.
#[derive(Default, Clone, Copy)]
pub struct AstHook {
    /// A tree object from a parsed module.
    pub to_python: Option<fn(&mut Cx, taipan_syntax::ast::Mod) -> R>,
    /// A parsed module from a tree object; `None` if the value is no tree.
    pub from_python: Option<fn(&mut Cx, &Value, Mode) -> R<Option<taipan_syntax::ast::Mod>>>,
}

/// Whether a value is text or bytes that can be compiled.
pub fn is_source(cx: &Cx, value: &Value) -> bool {
    value.as_str().is_some() || value.as_bytes().is_some() || buffer::supports(cx, value)
}

/// The compiler's options of a request.
pub fn options(cx: &mut Cx, request: &Request<'_>) -> Options {
    Options {
        optimize: request.optimize,
        flags: request.flags,
        feature_version: request.feature_version,
        int_max_str_digits: cx.interp().int_max_str_digits,
        stack_budget: cx.native_stack_left().saturating_sub(STACK_RESERVE),
        keep_listing: false,
    }
}

/// The source text of an argument. `who` and `what` word the TypeError.
pub fn source_text(
    cx: &mut Cx,
    source: &Value,
    request: &Request<'_>,
    who: &str,
    what: &str,
) -> R<SourceText> {
    let made = if let Some(text) = source.as_str() {
        match text.to_utf8() {
            Some(text) => SourceText::from_text(&text),
            None => {
                let encode = cx.interp().runtime.encode;
                let text = text.to_handle();
                encode(cx, &text, "utf-8", "strict")?;
                return Err(cx.system_error("surrogates in source"));
            }
        }
    } else if is_source(cx, source) {
        let bytes = buffer::bytes_like(cx, source)?.to_vec(cx);
        return bytes_text(cx, &bytes, request);
    } else {
        let message = format!("{who}() arg 1 must be a {what}");
        return Err(cx.type_error(message));
    };
    made.map_err(|e| raise(cx, CompileError::from(e), request))
}

/// The source text of bytes.
pub fn bytes_text(cx: &mut Cx, bytes: &[u8], request: &Request<'_>) -> R<SourceText> {
    decoded_text(cx, bytes, request, false)
}

/// The source text of the program's file, which messages then name.
pub fn file_text(cx: &mut Cx, bytes: &[u8], request: &Request<'_>) -> R<SourceText> {
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(null_byte(cx, bytes, at, request));
    }
    decoded_text(cx, bytes, request, true)
}

/// The SyntaxError for a file with a NUL: it shows the line up to there.
#[cold]
fn null_byte(cx: &mut Cx, bytes: &[u8], at: usize, request: &Request<'_>) -> Raised {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() as i64 + 1;
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let text = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).into_owned();
    let place = [request.filename.clone(), cx.int(line), cx.int(0), cx.str(&text)];
    let place = cx.tuple(place.to_vec()).into_value();
    let message = cx.str("source code cannot contain null bytes");
    match ops::call(cx, &exc::SYNTAX_ERROR.to_value(), &[message, place]) {
        Ok(exception) => exc::raise(cx, exception),
        Err(raised) => raised,
    }
}

fn decoded_text(cx: &mut Cx, bytes: &[u8], request: &Request<'_>, is_file: bool) -> R<SourceText> {
    if request.flags.has(IGNORE_COOKIE)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return SourceText::from_text(text).map_err(|e| raise(cx, CompileError::from(e), request));
    }
    let made = {
        let token = RefCell::new(&mut *cx);
        SourceText::from_bytes_with(bytes, &|encoding, bytes| {
            let cx = &mut **token.borrow_mut();
            let decode = cx.interp().runtime.decode;
            match decode(cx, bytes, encoding, "strict") {
                Ok(text) => Ok(text.as_str().and_then(|t| t.to_utf8().map(|t| t.into_owned()))),
                Err(raised) => {
                    let unknown = cx.raised_is(&raised, &exc::LOOKUP_ERROR);
                    let error = cx.take_raised(raised);
                    match ops::str_of(cx, &error) {
                        Ok(text) => match text.to_string_lossy() {
                            text if unknown && text.starts_with("unknown encoding") => Ok(None),
                            text => Err(text.into_owned()),
                        },
                        Err(raised) => {
                            drop(cx.take_raised(raised));
                            Ok(None)
                        }
                    }
                }
            }
        })
    };
    made.map_err(|mut e| {
        if is_file && e.message.starts_with("Non-UTF-8 code") {
            let name =
                request.filename.as_str().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            e.message = e.message.replacen("' on line", &format!("' in file {name} on line"), 1);
        }
        raise(cx, CompileError::from(e), request)
    })
}

/// The text without spaces and tabs at its start (`eval`).
pub fn without_indent(cx: &mut Cx, text: &SourceText) -> R<SourceText> {
    let given = text.text_as_given();
    let trimmed = given.trim_start_matches([' ', '\t']);
    if trimmed.len() == given.len() {
        return Ok(text.clone());
    }
    let filename = cx.str("<string>");
    let request = Request {
        filename: &filename,
        mode: Mode::Eval,
        flags: CompilerFlags(0),
        optimize: 0,
        feature_version: 14,
    };
    SourceText::from_text(trimmed).map_err(|e| raise(cx, CompileError::from(e), &request))
}

/// Compiles a text. Issues the compiler's warnings.
pub fn compile(cx: &mut Cx, text: &SourceText, request: &Request<'_>) -> R<Handle<Code>> {
    Ok(compile_with_flags(cx, text, request)?.0)
}

/// Compiles a text; also the flags with the features that it asked for.
pub fn compile_with_flags(
    cx: &mut Cx,
    text: &SourceText,
    request: &Request<'_>,
) -> R<(Handle<Code>, CompilerFlags)> {
    compile_text(cx, text, request).map_err(|failed| failed.raise(cx, request, Some(text)))
}

/// Compiles the program's file: errors refer to the file for its text.
pub fn compile_file(cx: &mut Cx, text: &SourceText, request: &Request<'_>) -> R<Handle<Code>> {
    let done = compile_text(cx, text, request);
    done.map(|(code, _)| code).map_err(|failed| failed.raise(cx, request, None))
}

fn compile_text(
    cx: &mut Cx,
    text: &SourceText,
    request: &Request<'_>,
) -> Result<(Handle<Code>, CompilerFlags), Failed> {
    let options = options(cx, request);
    let filename = filename_of(request);
    record::note(cx, || What::StageBegins("compile"));
    let result = taipan_compiler::compile(text, &filename, request.mode, &options);
    record::note(cx, || What::StageEnds("compile"));
    finish(cx, result, request)
}

/// Why nothing was compiled.
enum Failed {
    Compiler(CompileError),
    /// A warning that was made an error.
    Raised(Raised),
}

impl Failed {
    /// Raises it. A parser's error remembers the text and the last whole statement, from which `traceback` looks for mistyped
    /// keywords.
    #[cold]
    fn raise(self, cx: &mut Cx, request: &Request<'_>, text: Option<&SourceText>) -> Raised {
        let error = match self {
            Failed::Raised(raised) => return raised,
            Failed::Compiler(error) => error,
        };
        let statement = error.statement;
        let raised = raise(cx, error, request);
        let Some((line, column)) = statement else { return raised };
        let exception = cx.take_raised(raised);
        if let Some(e) = exception.cast::<Exception>()
            && exception.is_instance(&exc::SYNTAX_ERROR)
        {
            let text = text.map_or_else(Value::none, |t| cx.str(t.text()));
            let known = cx.tuple_value([Value::small_int(line), Value::small_int(column), text]);
            let extra = &mut e.get_mut(cx).extra;
            if extra.len() <= fields::METADATA {
                extra.resize(fields::METADATA + 1, None);
            }
            extra[fields::METADATA] = Some(known);
        }
        cx.raise_value(exception)
    }
}

fn filename_of(request: &Request<'_>) -> taipan_bytecode::Name {
    let text = request.filename.as_str().map(|f| f.to_wtf8()).unwrap_or_default();
    taipan_bytecode::Name::new(text)
}

fn finish(
    cx: &mut Cx,
    result: Result<Compiled, CompileError>,
    request: &Request<'_>,
) -> Result<(Handle<Code>, CompilerFlags), Failed> {
    match result {
        Ok(compiled) => {
            issue(cx, &compiled.warnings, request).map_err(Failed::Raised)?;
            Ok((code::new(cx, Arc::new(compiled.code)), compiled.flags))
        }
        Err(mut error) => {
            let warnings = std::mem::take(&mut error.warnings);
            issue(cx, &warnings, request).map_err(Failed::Raised)?;
            Err(Failed::Compiler(error))
        }
    }
}

/// `compile()` where a tree comes in or is wanted.
pub fn through_ast(cx: &mut Cx, source: &Value, request: &Request<'_>) -> R {
    // The module that knows trees registers its hook when it is made.
    let hook = *cx.interp_mut().state::<AstHook>();
    if hook.to_python.is_none() {
        let import = cx.interp().runtime.import;
        import(cx, "_ast")?;
    }
    let hook = *cx.interp_mut().state::<AstHook>();
    let (Some(to_python), Some(from_python)) = (hook.to_python, hook.from_python) else {
        return Err(cx.system_error("the module _ast is not available"));
    };
    let only_ast = request.flags.has(CompilerFlags::ONLY_AST);
    let optimized = request.flags.0 & CompilerFlags::OPTIMIZED_AST == CompilerFlags::OPTIMIZED_AST;
    let options = options(cx, request);
    let tree = if is_source(cx, source) { None } else { from_python(cx, source, request.mode)? };
    let mut module = match tree {
        Some(_) if only_ast && !optimized => return Ok(source.clone()),
        Some(module) => module,
        None => {
            let text = source_text(cx, source, request, "compile", "string, bytes or AST object")?;
            match taipan_compiler::parse(&text, request.mode, &options) {
                Ok(parsed) => {
                    issue(cx, &parsed.warnings, request)?;
                    parsed.module
                }
                Err(error) => return Err(raise(cx, error, request)),
            }
        }
    };
    if !only_ast {
        let filename = filename_of(request);
        let result = taipan_compiler::compile_ast(module, &filename, &options);
        let done = finish(cx, result, request).map_err(|failed| failed.raise(cx, request, None));
        return Ok(done?.0.into_value());
    }
    // What the compiler warns of is told when the tree is compiled.
    if optimized && let Err(error) = taipan_compiler::optimize_ast(&mut module, &options, false) {
        return Err(raise(cx, error, request));
    }
    to_python(cx, module)
}

/// The instructions of a tree object's units as code generation left them.
pub fn listing(cx: &mut Cx, tree: &Value, request: &Request<'_>) -> R<taipan_compiler::codegen::UnitListing> {
    let import = cx.interp().runtime.import;
    import(cx, "_ast")?;
    let hook = *cx.interp_mut().state::<AstHook>();
    let module = match hook.from_python {
        Some(from_python) => from_python(cx, tree, request.mode)?,
        None => None,
    };
    let Some(module) = module else { return Err(cx.type_error("an AST object is needed")) };
    let options = Options { keep_listing: true, ..options(cx, request) };
    match taipan_compiler::compile_ast(module, &filename_of(request), &options) {
        Ok(Compiled { listing: Some(listing), .. }) => Ok(listing),
        Ok(_) => Err(cx.system_error("no listing")),
        Err(error) => Err(raise(cx, error, request)),
    }
}

/// Issues warnings; one that a filter turns into an error becomes a SyntaxError at its place.
fn issue(cx: &mut Cx, warnings: &[Warning], request: &Request<'_>) -> R<()> {
    for warning in warnings {
        let category: &'static Obj<Type> = match warning.kind {
            WarningKind::Syntax => &exc::SYNTAX_WARNING,
            WarningKind::Deprecation => &exc::DEPRECATION_WARNING,
        };
        let text = cx.str(&warning.message);
        let line = i64::from(warning.span.lineno);
        if let Err(raised) = warn::explicit(cx, category, &text, request.filename, line) {
            if !cx.raised_is(&raised, category) {
                return Err(raised);
            }
            drop(cx.take_raised(raised));
            let error = match &warning.error {
                Some(error) => CompileError::clone(error),
                None => CompileError::syntax(warning.message.clone(), warning.span),
            };
            return Err(raise(cx, error, request));
        }
    }
    Ok(())
}

/// Raises what the compiler failed with.
#[cold]
pub fn raise(cx: &mut Cx, error: CompileError, request: &Request<'_>) -> Raised {
    let class: &'static Obj<Type> = match error.kind {
        ErrorKind::Syntax => &exc::SYNTAX_ERROR,
        ErrorKind::Indentation => &exc::INDENTATION_ERROR,
        ErrorKind::Tab => &exc::TAB_ERROR,
        ErrorKind::IncompleteInput => &exc::INCOMPLETE_INPUT_ERROR,
        ErrorKind::Value => &exc::VALUE_ERROR,
        ErrorKind::Type => &exc::TYPE_ERROR,
        ErrorKind::Overflow => &exc::OVERFLOW_ERROR,
        ErrorKind::Recursion => &exc::RECURSION_ERROR,
        ErrorKind::System => &exc::SYSTEM_ERROR,
        ErrorKind::Memory => return cx.memory_error(),
    };
    if !class.is_subtype(&exc::SYNTAX_ERROR) {
        return cx.raise(class, error.message);
    }
    let place = match (&error.parser_location, error.span) {
        (Some(at), _) => {
            let number = |cx: &Cx, n: Option<i64>| n.map_or_else(Value::none, |n| cx.int(n));
            let text = at.text.as_ref().map_or_else(Value::none, |t| cx.str(t));
            Some([
                request.filename.clone(),
                cx.int(at.lineno),
                cx.int(at.offset),
                text,
                number(cx, at.end_lineno),
                number(cx, at.end_offset),
            ])
        }
        (None, Some(span)) => Some(span_place(cx, span, request)),
        (None, None) => None,
    };
    let message = cx.str(&error.message);
    let args = match place {
        Some(place) => {
            let place = cx.tuple(place.to_vec()).into_value();
            vec![message, place]
        }
        None => vec![message],
    };
    match ops::call(cx, &class.to_value(), &args) {
        Ok(exception) => exc::raise(cx, exception),
        Err(raised) => raised,
    }
}

fn span_place(cx: &mut Cx, span: Span, request: &Request<'_>) -> [Value; 6] {
    let text = match file_line(cx, request.filename, span.lineno) {
        Some(line) => cx.str(&line),
        None => Value::none(),
    };
    [
        request.filename.clone(),
        cx.int(i64::from(span.lineno)),
        cx.int(i64::from(span.col_offset) + 1),
        text,
        cx.int(i64::from(span.end_lineno)),
        cx.int(i64::from(span.end_col_offset) + 1),
    ]
}

/// A line of a source file with its newline, if it can be read.
pub fn file_line(cx: &mut Cx, filename: &Value, line: i32) -> Option<String> {
    let path = super::import::system_bytes(filename)?;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let host = settings::host(cx);
    let bytes = match super::files::read_all(&host, &path) {
        Ok(bytes) => bytes,
        Err(_) => super::library::source_of_path(cx, &path)?,
    };
    let line = bytes.split_inclusive(|b| *b == b'\n').nth(index)?;
    Some(String::from_utf8_lossy(line).into_owned())
}

/// Sets `print_file_and_line` and the text of a SyntaxError that has none.
pub fn syntax_error_text(cx: &mut Cx, exception: &Value) {
    let Some(e) = exception.cast::<Exception>() else { return };
    let field = |cx: &Cx, i: usize| e.get(cx).extra.get(i).cloned().flatten();
    let (Some(filename), Some(line)) = (field(cx, fields::SYNTAX_FILENAME), field(cx, fields::LINENO)) else {
        return;
    };
    if field(cx, fields::TEXT).is_some_and(|t| !t.is_none()) {
        return;
    }
    let Some(line) = line.as_int().and_then(|i| i.to_i64()).and_then(|i| i32::try_from(i).ok()) else {
        return;
    };
    if let Some(text) = file_line(cx, &filename, line) {
        let text = cx.str(&text);
        let extra = &mut e.get_mut(cx).extra;
        if let Some(place) = extra.get_mut(fields::TEXT) {
            *place = Some(text);
        }
    }
}

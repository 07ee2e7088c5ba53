//! The fields of each constructor, and the values that are no nodes: names, numbers, constants.

use std::sync::Arc;

use taipan_object::float::FLOAT;
use taipan_object::int::INT;
use taipan_object::{Bytes, IntRef, R, Str, Tuple, Value, exc, ops};
use taipan_syntax::ast::*;
use taipan_text::Wtf8Buf;
use taipan_types::complex::{Complex, new_complex};
use taipan_types::set::{FrozenSet, new_frozenset};

use super::convert::{Conv, Field, Place};

/// The fields of a constructor.
pub(super) trait Fields: Sized {
    /// Sets them on a new node.
    fn put(self, c: &mut Conv<'_>, node: &Value) -> R<()>;
    /// Reads them; `owner` is the constructor's name.
    fn read(c: &mut Conv<'_>, node: &Value, owner: &'static str) -> R<Self>;
}

macro_rules! fields {
    ($($ty:ident { $($field:ident)* })*) => { $(
        impl Fields for $ty {
            fn put(self, c: &mut Conv<'_>, node: &Value) -> R<()> {
                $(
                    let value = self.$field.to(c)?;
                    c.set(node, stringify!($field), value)?;
                )*
                Ok(())
            }

            fn read(c: &mut Conv<'_>, node: &Value, owner: &'static str) -> R<Self> {
                Ok($ty { $($field: c.take(node, owner, stringify!($field))?,)* })
            }
        }
    )* };
}

fields! {
    ModModule { body type_ignores }
    ModInteractive { body }
    ModExpression { body }
    ModFunctionType { argtypes returns }
    ExprName { id ctx }
    ExprConstant { value kind }
    ExprBoolOp { op values }
    ExprNamedExpr { target value }
    ExprBinOp { left op right }
    ExprUnaryOp { op operand }
    ExprLambda { args body }
    ExprIfExp { test body orelse }
    ExprDict { keys values }
    ExprSet { elts }
    ExprListComp { elt generators }
    ExprSetComp { elt generators }
    ExprDictComp { key value generators }
    ExprGeneratorExp { elt generators }
    ExprAwait { value }
    ExprYield { value }
    ExprYieldFrom { value }
    ExprCompare { left ops comparators }
    ExprCall { func args keywords }
    ExprFormattedValue { value conversion format_spec }
    ExprInterpolation { value str conversion format_spec }
    ExprJoinedStr { values }
    ExprTemplateStr { values }
    ExprAttribute { value attr ctx }
    ExprSubscript { value slice ctx }
    ExprStarred { value ctx }
    ExprList { elts ctx }
    ExprTuple { elts ctx }
    ExprSlice { lower upper step }
    FunctionParts { name args body decorator_list returns type_comment type_params }
    StmtClassDef { name bases keywords body decorator_list type_params }
    StmtReturn { value }
    StmtDelete { targets }
    StmtAssign { targets value type_comment }
    StmtTypeAlias { name type_params value }
    StmtAugAssign { target op value }
    StmtAnnAssign { target annotation value simple }
    ForParts { target iter body orelse type_comment }
    StmtWhile { test body orelse }
    StmtIf { test body orelse }
    WithParts { items body type_comment }
    StmtMatch { subject cases }
    StmtRaise { exc cause }
    TryParts { body handlers orelse finalbody }
    StmtAssert { test msg }
    StmtImport { names }
    StmtImportFrom { module names level }
    StmtGlobal { names }
    StmtNonlocal { names }
    StmtExpr { value }
    PatternMatchValue { value }
    PatternMatchSingleton { value }
    PatternMatchSequence { patterns }
    PatternMatchMapping { keys patterns rest }
    PatternMatchClass { cls patterns kwd_attrs kwd_patterns }
    PatternMatchStar { name }
    PatternMatchAs { pattern name }
    PatternMatchOr { patterns }
    TypeVar { name bound default_value }
    ParamSpec { name default_value }
    TypeVarTuple { name default_value }
}

/// Constructors without fields.
macro_rules! empty {
    ($($ty:ident)*) => { $(
        impl Fields for $ty {
            fn put(self, _: &mut Conv<'_>, _: &Value) -> R<()> {
                Ok(())
            }

            fn read(_: &mut Conv<'_>, _: &Value, _: &'static str) -> R<Self> {
                Ok($ty)
            }
        }
    )* };
}

empty!(StmtPass StmtBreak StmtContinue);

macro_rules! wrapped {
    ($($ty:ident)*) => { $(
        impl Fields for $ty {
            fn put(self, c: &mut Conv<'_>, node: &Value) -> R<()> {
                self.0.put(c, node)
            }

            fn read(c: &mut Conv<'_>, node: &Value, owner: &'static str) -> R<Self> {
                Fields::read(c, node, owner).map($ty)
            }
        }
    )* };
}

wrapped!(StmtFunctionDef StmtAsyncFunctionDef StmtFor StmtAsyncFor StmtWith StmtAsyncWith StmtTry StmtTryStar);

/// Nodes of one constructor. With `span`, they have a place.
macro_rules! product {
    ($($ty:ident $class:literal { $($field:ident)* } $($span:ident)?;)*) => { $(
        impl Fields for $ty {
            fn put(self, c: &mut Conv<'_>, node: &Value) -> R<()> {
                $(
                    let value = self.$field.to(c)?;
                    c.set(node, stringify!($field), value)?;
                )*
                Ok(())
            }

            fn read(c: &mut Conv<'_>, node: &Value, owner: &'static str) -> R<Self> {
                Ok($ty { $($field: c.take(node, owner, stringify!($field))?,)* $($span: c.span(node, owner)?)? })
            }
        }

        impl Field for $ty {
            fn to(self, c: &mut Conv<'_>) -> R {
                let span: Option<Span> = None $(.or(Some(self.$span)))?;
                c.node($class, self, span)
            }

            fn from(c: &mut Conv<'_>, value: &Value, _: Place) -> R<Self> {
                c.cx.check_native_stack(" during ast construction")?;
                if !c.classes.is(c.cx, value, $class) {
                    return Err(c.unexpected(value, $class));
                }
                Fields::read(c, value, $class)
            }
        }
    )* };
}

product! {
    Comprehension "comprehension" { target iter ifs is_async };
    Arguments "arguments" { posonlyargs args vararg kwonlyargs kw_defaults kwarg defaults };
    Arg "arg" { arg annotation type_comment } span;
    Keyword "keyword" { arg value } span;
    Alias "alias" { name asname } span;
    WithItem "withitem" { context_expr optional_vars };
    MatchCase "match_case" { pattern guard body };
    ExceptHandler "ExceptHandler" { type_ name body } span;
    TypeIgnore "TypeIgnore" { lineno tag };
}

impl Field for Identifier {
    fn to(self, c: &mut Conv<'_>) -> R {
        Ok(c.cx.intern(&self).into_value())
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        if value.is_none() {
            let message = format!("field '{}' is required for {}", place.field, place.owner);
            return Err(c.cx.value_error(message));
        }
        let Some(text) = value.cast_exact::<Str>() else {
            let string = matches!(place.field, "type_comment" | "tag");
            let what = if string { "string" } else { "identifier" };
            return Err(c.cx.type_error(format!("AST {what} must be of type str")));
        };
        match text.to_utf8() {
            Some(text) => Ok(Identifier::new(&text)),
            None => {
                let at = text.chars().position(|p| char::from_u32(p).is_none()).unwrap_or(0);
                Err(exc::raise_encode(c.cx, "utf-8", text, at, at + 1, "surrogates not allowed"))
            }
        }
    }
}

impl Field for Box<Wtf8Buf> {
    fn to(self, c: &mut Conv<'_>) -> R {
        Ok(c.cx.str_from_wtf8(&self).into_value())
    }

    fn from(c: &mut Conv<'_>, value: &Value, _: Place) -> R<Self> {
        match value.as_str() {
            Some(text) => Ok(Box::new(text.to_wtf8())),
            None => Err(c.cx.type_error("AST string must be of type str")),
        }
    }
}

impl Field for i32 {
    fn to(self, c: &mut Conv<'_>) -> R {
        Ok(c.cx.int(self.into()))
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        if value.is_none() {
            let message = format!("field '{}' is required for {}", place.field, place.owner);
            return Err(c.cx.value_error(message));
        }
        let Some(number) = value.as_int() else {
            let shown = ops::repr(c.cx, value)?;
            return Err(c.cx.value_error(format!("invalid integer value: {}", shown.to_string_lossy())));
        };
        match number.to_i64().and_then(|n| i32::try_from(n).ok()) {
            Some(number) => Ok(number),
            None => Err(c.cx.overflow_error("Python int too large to convert to C int")),
        }
    }
}

impl Field for bool {
    fn to(self, c: &mut Conv<'_>) -> R {
        Ok(c.cx.int(self.into()))
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        <i32 as Field>::from(c, value, place).map(|n| n != 0)
    }
}

impl Field for u32 {
    fn to(self, c: &mut Conv<'_>) -> R {
        Ok(c.cx.int(self.into()))
    }

    fn from(c: &mut Conv<'_>, value: &Value, place: Place) -> R<Self> {
        let number: Option<i32> = Field::from(c, value, place)?;
        match u32::try_from(number.unwrap_or(0)) {
            Ok(number) => Ok(number),
            Err(_) => Err(c.cx.value_error("Negative ImportFrom level")),
        }
    }

    fn absent(_: &mut Conv<'_>, _: Place) -> R<Self> {
        Ok(0)
    }
}

impl Field for Constant {
    fn to(self, c: &mut Conv<'_>) -> R {
        constant_to(c, &self)
    }

    fn from(c: &mut Conv<'_>, value: &Value, _: Place) -> R<Self> {
        constant_from(c, value)
    }
}

fn constant_to(c: &mut Conv<'_>, constant: &Constant) -> R {
    Ok(match constant {
        Constant::None => Value::none(),
        Constant::True => Value::bool(true),
        Constant::False => Value::bool(false),
        Constant::Ellipsis => Value::ellipsis(),
        Constant::Int(i) => c.cx.int(*i),
        Constant::BigInt(i) => c.cx.int_from_big((**i).clone()),
        Constant::Float(f) => c.cx.float(*f),
        Constant::Complex(parts) => new_complex(c.cx, parts.0, parts.1),
        Constant::Str(text) => c.cx.str_from_wtf8(text).into_value(),
        Constant::Bytes(bytes) => c.cx.bytes(bytes),
        Constant::Tuple(items) => {
            let items = constants_to(c, items)?;
            c.cx.tuple(items).into_value()
        }
        Constant::FrozenSet(items) => {
            let items = constants_to(c, items)?;
            new_frozenset(c.cx, items)?
        }
    })
}

fn constants_to(c: &mut Conv<'_>, items: &[Constant]) -> R<Vec<Value>> {
    c.cx.check_native_stack(" during ast construction")?;
    items.iter().map(|item| constant_to(c, item)).collect()
}

fn constant_from(c: &mut Conv<'_>, value: &Value) -> R<Constant> {
    c.cx.check_native_stack(" during compilation")?;
    if value.is_none() {
        return Ok(Constant::None);
    }
    if let Some(b) = value.as_bool() {
        return Ok(Constant::bool(b));
    }
    if value.is(&Value::ellipsis()) {
        return Ok(Constant::Ellipsis);
    }
    if value.is_instance_exact(&INT) {
        match value.as_int() {
            Some(IntRef::Small(i)) => return Ok(Constant::Int(i)),
            Some(IntRef::Big(i)) => return Ok(Constant::int(i.clone())),
            None => {}
        }
    }
    if value.is_instance_exact(&FLOAT)
        && let Some(f) = value.as_float()
    {
        return Ok(Constant::Float(f));
    }
    if let Some(z) = value.cast_exact::<Complex>() {
        return Ok(Constant::complex(z.0, z.1));
    }
    if let Some(text) = value.cast_exact::<Str>() {
        return Ok(Constant::Str(Arc::new(text.to_wtf8())));
    }
    if let Some(bytes) = value.cast_exact::<Bytes>() {
        return Ok(Constant::Bytes(Arc::new(bytes.as_slice().to_vec())));
    }
    if let Some(tuple) = value.cast_exact::<Tuple>() {
        let items: R<Vec<Constant>> = tuple.items().iter().map(|v| constant_from(c, v)).collect();
        return Ok(Constant::Tuple(Arc::new(items?)));
    }
    if value.cast_exact::<FrozenSet>().is_some() {
        let items = ops::collect(c.cx, value)?;
        let items: R<Vec<Constant>> = items.iter().map(|v| constant_from(c, v)).collect();
        return Ok(Constant::FrozenSet(Arc::new(items?)));
    }
    let kind = value.type_name(c.cx).into_owned();
    Err(c.cx.type_error(format!("got an invalid type in Constant: {kind}")))
}

//! The dispatch loop, made over the instruction bodies of [`crate::ops`].
//!
//! Its registers are locals held by value; bodies get them and give them back. A Python call changes the frame register and
//! goes on: only native code that calls Python runs another loop.

use taipan_bytecode::Opcode as O;
use taipan_object::{Cx, R, Raised};

use crate::ops::{
    Regs, Step, arithmetic, attributes, calls, compare, containers, exceptions, generators, imports,
    intrinsics, iteration, matching, names, op, stack, strings,
};
use crate::unwind::unwind;

/// CPython's opcode numbers as patterns.
#[rustfmt::skip]
mod numbers {
    use super::O;
    pub const LOAD_FAST: u16 = O::LOAD_FAST as u16;
    pub const LOAD_FAST_BORROW: u16 = O::LOAD_FAST_BORROW as u16;
    pub const LOAD_FAST_BORROW_LOAD_FAST_BORROW: u16 = O::LOAD_FAST_BORROW_LOAD_FAST_BORROW as u16;
    pub const LOAD_FAST_LOAD_FAST: u16 = O::LOAD_FAST_LOAD_FAST as u16;
    pub const LOAD_FAST_CHECK: u16 = O::LOAD_FAST_CHECK as u16;
    pub const LOAD_FAST_AND_CLEAR: u16 = O::LOAD_FAST_AND_CLEAR as u16;
    pub const STORE_FAST: u16 = O::STORE_FAST as u16;
    pub const STORE_FAST_LOAD_FAST: u16 = O::STORE_FAST_LOAD_FAST as u16;
    pub const STORE_FAST_STORE_FAST: u16 = O::STORE_FAST_STORE_FAST as u16;
    pub const DELETE_FAST: u16 = O::DELETE_FAST as u16;
    pub const LOAD_CONST: u16 = O::LOAD_CONST as u16;
    pub const LOAD_SMALL_INT: u16 = O::LOAD_SMALL_INT as u16;
    pub const LOAD_COMMON_CONSTANT: u16 = O::LOAD_COMMON_CONSTANT as u16;
    pub const PUSH_NULL: u16 = O::PUSH_NULL as u16;
    pub const POP_TOP: u16 = O::POP_TOP as u16;
    pub const POP_ITER: u16 = O::POP_ITER as u16;
    pub const COPY: u16 = O::COPY as u16;
    pub const SWAP: u16 = O::SWAP as u16;
    pub const NOP: u16 = O::NOP as u16;
    pub const NOT_TAKEN: u16 = O::NOT_TAKEN as u16;
    pub const CACHE: u16 = O::CACHE as u16;
    pub const JUMP_FORWARD: u16 = O::JUMP_FORWARD as u16;
    pub const JUMP_BACKWARD: u16 = O::JUMP_BACKWARD as u16;
    pub const JUMP_BACKWARD_NO_INTERRUPT: u16 = O::JUMP_BACKWARD_NO_INTERRUPT as u16;
    pub const RESUME: u16 = O::RESUME as u16;
    pub const POP_JUMP_IF_FALSE: u16 = O::POP_JUMP_IF_FALSE as u16;
    pub const POP_JUMP_IF_TRUE: u16 = O::POP_JUMP_IF_TRUE as u16;
    pub const POP_JUMP_IF_NONE: u16 = O::POP_JUMP_IF_NONE as u16;
    pub const POP_JUMP_IF_NOT_NONE: u16 = O::POP_JUMP_IF_NOT_NONE as u16;
    pub const UNARY_NOT: u16 = O::UNARY_NOT as u16;
    pub const IS_OP: u16 = O::IS_OP as u16;
    pub const TO_BOOL: u16 = O::TO_BOOL as u16;
    pub const MAKE_CELL: u16 = O::MAKE_CELL as u16;
    pub const COPY_FREE_VARS: u16 = O::COPY_FREE_VARS as u16;
    pub const LOAD_DEREF: u16 = O::LOAD_DEREF as u16;
    pub const STORE_DEREF: u16 = O::STORE_DEREF as u16;
    pub const DELETE_DEREF: u16 = O::DELETE_DEREF as u16;
    pub const UNARY_NEGATIVE: u16 = O::UNARY_NEGATIVE as u16;
    pub const UNARY_INVERT: u16 = O::UNARY_INVERT as u16;
    pub const BINARY_OP: u16 = O::BINARY_OP as u16;
    pub const CONTAINS_OP: u16 = O::CONTAINS_OP as u16;
    pub const STORE_SUBSCR: u16 = O::STORE_SUBSCR as u16;
    pub const DELETE_SUBSCR: u16 = O::DELETE_SUBSCR as u16;
    pub const BINARY_SLICE: u16 = O::BINARY_SLICE as u16;
    pub const STORE_SLICE: u16 = O::STORE_SLICE as u16;
    pub const BUILD_TUPLE: u16 = O::BUILD_TUPLE as u16;
    pub const BUILD_LIST: u16 = O::BUILD_LIST as u16;
    pub const BUILD_SET: u16 = O::BUILD_SET as u16;
    pub const BUILD_MAP: u16 = O::BUILD_MAP as u16;
    pub const BUILD_SLICE: u16 = O::BUILD_SLICE as u16;
    pub const LIST_APPEND: u16 = O::LIST_APPEND as u16;
    pub const LIST_EXTEND: u16 = O::LIST_EXTEND as u16;
    pub const SET_ADD: u16 = O::SET_ADD as u16;
    pub const SET_UPDATE: u16 = O::SET_UPDATE as u16;
    pub const MAP_ADD: u16 = O::MAP_ADD as u16;
    pub const DICT_UPDATE: u16 = O::DICT_UPDATE as u16;
    pub const DICT_MERGE: u16 = O::DICT_MERGE as u16;
    pub const UNPACK_SEQUENCE: u16 = O::UNPACK_SEQUENCE as u16;
    pub const UNPACK_EX: u16 = O::UNPACK_EX as u16;
    pub const GET_ITER: u16 = O::GET_ITER as u16;
    pub const GET_YIELD_FROM_ITER: u16 = O::GET_YIELD_FROM_ITER as u16;
    pub const FOR_ITER: u16 = O::FOR_ITER as u16;
    pub const END_FOR: u16 = O::END_FOR as u16;
    pub const END_SEND: u16 = O::END_SEND as u16;
    pub const GET_LEN: u16 = O::GET_LEN as u16;
    pub const LOAD_GLOBAL: u16 = O::LOAD_GLOBAL as u16;
    pub const LOAD_NAME: u16 = O::LOAD_NAME as u16;
    pub const STORE_NAME: u16 = O::STORE_NAME as u16;
    pub const DELETE_NAME: u16 = O::DELETE_NAME as u16;
    pub const STORE_GLOBAL: u16 = O::STORE_GLOBAL as u16;
    pub const DELETE_GLOBAL: u16 = O::DELETE_GLOBAL as u16;
    pub const LOAD_LOCALS: u16 = O::LOAD_LOCALS as u16;
    pub const LOAD_FROM_DICT_OR_DEREF: u16 = O::LOAD_FROM_DICT_OR_DEREF as u16;
    pub const LOAD_FROM_DICT_OR_GLOBALS: u16 = O::LOAD_FROM_DICT_OR_GLOBALS as u16;
    pub const SETUP_ANNOTATIONS: u16 = O::SETUP_ANNOTATIONS as u16;
    pub const LOAD_BUILD_CLASS: u16 = O::LOAD_BUILD_CLASS as u16;
    pub const LOAD_ATTR: u16 = O::LOAD_ATTR as u16;
    pub const STORE_ATTR: u16 = O::STORE_ATTR as u16;
    pub const DELETE_ATTR: u16 = O::DELETE_ATTR as u16;
    pub const LOAD_SUPER_ATTR: u16 = O::LOAD_SUPER_ATTR as u16;
    pub const CALL: u16 = O::CALL as u16;
    pub const CALL_KW: u16 = O::CALL_KW as u16;
    pub const CALL_FUNCTION_EX: u16 = O::CALL_FUNCTION_EX as u16;
    pub const RETURN_VALUE: u16 = O::RETURN_VALUE as u16;
    pub const MAKE_FUNCTION: u16 = O::MAKE_FUNCTION as u16;
    pub const SET_FUNCTION_ATTRIBUTE: u16 = O::SET_FUNCTION_ATTRIBUTE as u16;
    pub const RAISE_VARARGS: u16 = O::RAISE_VARARGS as u16;
    pub const RERAISE: u16 = O::RERAISE as u16;
    pub const PUSH_EXC_INFO: u16 = O::PUSH_EXC_INFO as u16;
    pub const POP_EXCEPT: u16 = O::POP_EXCEPT as u16;
    pub const CHECK_EXC_MATCH: u16 = O::CHECK_EXC_MATCH as u16;
    pub const CHECK_EG_MATCH: u16 = O::CHECK_EG_MATCH as u16;
    pub const WITH_EXCEPT_START: u16 = O::WITH_EXCEPT_START as u16;
    pub const RETURN_GENERATOR: u16 = O::RETURN_GENERATOR as u16;
    pub const YIELD_VALUE: u16 = O::YIELD_VALUE as u16;
    pub const SEND: u16 = O::SEND as u16;
    pub const GET_AWAITABLE: u16 = O::GET_AWAITABLE as u16;
    pub const GET_AITER: u16 = O::GET_AITER as u16;
    pub const GET_ANEXT: u16 = O::GET_ANEXT as u16;
    pub const END_ASYNC_FOR: u16 = O::END_ASYNC_FOR as u16;
    pub const CLEANUP_THROW: u16 = O::CLEANUP_THROW as u16;
    pub const LOAD_SPECIAL: u16 = O::LOAD_SPECIAL as u16;
    pub const IMPORT_NAME: u16 = O::IMPORT_NAME as u16;
    pub const IMPORT_FROM: u16 = O::IMPORT_FROM as u16;
    pub const CALL_INTRINSIC_1: u16 = O::CALL_INTRINSIC_1 as u16;
    pub const CALL_INTRINSIC_2: u16 = O::CALL_INTRINSIC_2 as u16;
    pub const MATCH_MAPPING: u16 = O::MATCH_MAPPING as u16;
    pub const MATCH_SEQUENCE: u16 = O::MATCH_SEQUENCE as u16;
    pub const MATCH_KEYS: u16 = O::MATCH_KEYS as u16;
    pub const MATCH_CLASS: u16 = O::MATCH_CLASS as u16;
    pub const CONVERT_VALUE: u16 = O::CONVERT_VALUE as u16;
    pub const FORMAT_SIMPLE: u16 = O::FORMAT_SIMPLE as u16;
    pub const FORMAT_WITH_SPEC: u16 = O::FORMAT_WITH_SPEC as u16;
    pub const BUILD_STRING: u16 = O::BUILD_STRING as u16;
    pub const BUILD_TEMPLATE: u16 = O::BUILD_TEMPLATE as u16;
    pub const BUILD_INTERPOLATION: u16 = O::BUILD_INTERPOLATION as u16;
}
use numbers::*;

/// Runs from the given registers until the entry frame returns or yields, or an exception leaves it. With `raised` the frame
/// begins by handling that exception.
///
/// # Safety
/// The registers name the innermost frame of the thread, which is an entry frame.
pub unsafe fn run(cx: &mut Cx, mut r: Regs, raised: Option<Raised>) -> R {
    if let Some(raised) = raised {
        r = unwind(cx, r, raised)?;
    }
    loop {
        // SAFETY: prepared code: `ip` is at a unit, the operands are those that its opcode needs.
        let step = unsafe {
            let unit = *r.ip;
            r.ip = r.ip.add(1);
            let mut op = unit as u16;
            let mut arg = unit >> 16;
            if op == op::WIDE {
                (op, arg) = stack::wide(r, arg);
            }
            match op {
                LOAD_FAST => stack::load_fast(cx, r, arg),
                LOAD_FAST_BORROW => stack::load_fast_borrow(cx, r, arg),
                LOAD_FAST_BORROW_LOAD_FAST_BORROW => stack::load_fast_borrow_pair(cx, r, arg),
                LOAD_FAST_LOAD_FAST => stack::load_fast_pair(cx, r, arg),
                LOAD_FAST_CHECK => stack::load_fast_check(cx, r, arg),
                LOAD_FAST_AND_CLEAR => stack::load_fast_and_clear(cx, r, arg),
                STORE_FAST => stack::store_fast(cx, r, arg),
                STORE_FAST_LOAD_FAST => stack::store_fast_load_fast(cx, r, arg),
                STORE_FAST_STORE_FAST => stack::store_fast_store_fast(cx, r, arg),
                DELETE_FAST => stack::delete_fast(cx, r, arg),
                LOAD_CONST => stack::load_const(cx, r, arg),
                LOAD_SMALL_INT => stack::load_small_int(cx, r, arg),
                LOAD_COMMON_CONSTANT => stack::load_common_constant(cx, r, arg),
                PUSH_NULL => stack::push_null(cx, r, arg),
                POP_TOP => stack::pop_top(cx, r, arg),
                POP_ITER => stack::pop_top(cx, r, arg),
                COPY => stack::copy(cx, r, arg),
                SWAP => stack::swap(cx, r, arg),
                NOP => stack::nop(cx, r, arg),
                NOT_TAKEN => stack::nop(cx, r, arg),
                CACHE => stack::nop(cx, r, arg),
                JUMP_FORWARD => stack::jump_forward(cx, r, arg),
                JUMP_BACKWARD => stack::jump_backward(cx, r, arg),
                JUMP_BACKWARD_NO_INTERRUPT => stack::jump_backward_no_interrupt(cx, r, arg),
                RESUME => stack::resume(cx, r, arg),
                POP_JUMP_IF_FALSE => stack::pop_jump_if_false(cx, r, arg),
                POP_JUMP_IF_TRUE => stack::pop_jump_if_true(cx, r, arg),
                POP_JUMP_IF_NONE => stack::pop_jump_if_none(cx, r, arg),
                POP_JUMP_IF_NOT_NONE => stack::pop_jump_if_not_none(cx, r, arg),
                UNARY_NOT => stack::unary_not(cx, r, arg),
                IS_OP => stack::is_op(cx, r, arg),
                TO_BOOL => stack::to_bool(cx, r, arg),
                MAKE_CELL => stack::make_cell(cx, r, arg),
                COPY_FREE_VARS => stack::copy_free_vars(cx, r, arg),
                LOAD_DEREF => stack::load_deref(cx, r, arg),
                STORE_DEREF => stack::store_deref(cx, r, arg),
                DELETE_DEREF => stack::delete_deref(cx, r, arg),
                op::PREPARE => stack::prepare_first(cx, r, arg),
                UNARY_NEGATIVE => arithmetic::negative(cx, r, arg),
                UNARY_INVERT => arithmetic::invert(cx, r, arg),
                BINARY_OP => arithmetic::binary_op(cx, r, arg),
                op::BINARY_ADD => arithmetic::add(cx, r, arg),
                op::BINARY_SUB => arithmetic::sub(cx, r, arg),
                op::BINARY_MUL => arithmetic::mul(cx, r, arg),
                op::INPLACE_ADD => arithmetic::iadd(cx, r, arg),
                op::INPLACE_SUB => arithmetic::isub(cx, r, arg),
                op::INPLACE_MUL => arithmetic::imul(cx, r, arg),
                op::BINARY_AND => arithmetic::and(cx, r, arg),
                op::BINARY_OR => arithmetic::or(cx, r, arg),
                op::BINARY_XOR => arithmetic::xor(cx, r, arg),
                op::BINARY_LSHIFT => arithmetic::lshift(cx, r, arg),
                op::BINARY_RSHIFT => arithmetic::rshift(cx, r, arg),
                op::BINARY_FLOORDIV => arithmetic::floordiv(cx, r, arg),
                op::BINARY_REM => arithmetic::rem(cx, r, arg),
                op::BINARY_TRUEDIV => arithmetic::truediv(cx, r, arg),
                CONTAINS_OP => compare::contains(cx, r, arg),
                op::SUBSCR => containers::subscr(cx, r, arg),
                STORE_SUBSCR => containers::store_subscr(cx, r, arg),
                DELETE_SUBSCR => containers::delete_subscr(cx, r, arg),
                BINARY_SLICE => containers::binary_slice(cx, r, arg),
                STORE_SLICE => containers::store_slice(cx, r, arg),
                BUILD_TUPLE => containers::build_tuple(cx, r, arg),
                BUILD_LIST => containers::build_list(cx, r, arg),
                BUILD_SET => containers::build_set(cx, r, arg),
                BUILD_MAP => containers::build_map(cx, r, arg),
                BUILD_SLICE => containers::build_slice(cx, r, arg),
                LIST_APPEND => containers::list_append(cx, r, arg),
                LIST_EXTEND => containers::list_extend(cx, r, arg),
                SET_ADD => containers::set_add(cx, r, arg),
                SET_UPDATE => containers::set_update(cx, r, arg),
                MAP_ADD => containers::map_add(cx, r, arg),
                DICT_UPDATE => containers::dict_update(cx, r, arg),
                DICT_MERGE => containers::dict_merge(cx, r, arg),
                UNPACK_SEQUENCE => containers::unpack_sequence(cx, r, arg),
                UNPACK_EX => containers::unpack_ex(cx, r, arg),
                GET_ITER => iteration::get_iter(cx, r, arg),
                GET_YIELD_FROM_ITER => iteration::get_yield_from_iter(cx, r, arg),
                FOR_ITER => iteration::for_iter(cx, r, arg),
                END_FOR => iteration::end_for(cx, r, arg),
                END_SEND => iteration::end_send(cx, r, arg),
                GET_LEN => iteration::get_len(cx, r, arg),
                LOAD_GLOBAL => names::load_global(cx, r, arg),
                op::LOAD_GLOBAL_MODULE => names::load_global_module(cx, r, arg),
                op::LOAD_GLOBAL_BUILTIN => names::load_global_builtin(cx, r, arg),
                LOAD_NAME => names::load_name(cx, r, arg),
                STORE_NAME => names::store_name(cx, r, arg),
                DELETE_NAME => names::delete_name(cx, r, arg),
                STORE_GLOBAL => names::store_global(cx, r, arg),
                DELETE_GLOBAL => names::delete_global(cx, r, arg),
                LOAD_LOCALS => names::load_locals(cx, r, arg),
                LOAD_FROM_DICT_OR_DEREF => names::load_from_dict_or_deref(cx, r, arg),
                LOAD_FROM_DICT_OR_GLOBALS => names::load_from_dict_or_globals(cx, r, arg),
                SETUP_ANNOTATIONS => names::setup_annotations(cx, r, arg),
                LOAD_BUILD_CLASS => names::load_build_class(cx, r, arg),
                LOAD_ATTR => attributes::load_attr(cx, r, arg),
                op::LOAD_ATTR_INSTANCE => attributes::load_attr_instance(cx, r, arg),
                op::LOAD_ATTR_METHOD => attributes::load_attr_method(cx, r, arg),
                op::LOAD_ATTR_METHOD_SHAPED => attributes::load_attr_method_shaped(cx, r, arg),
                op::LOAD_ATTR_CLASS_VALUE => attributes::load_attr_class_value(cx, r, arg),
                op::LOAD_ATTR_TYPE_VALUE => attributes::load_attr_type_value(cx, r, arg),
                op::LOAD_ATTR_SLOT => attributes::load_attr_slot(cx, r, arg),
                op::LOAD_ATTR_MODULE => attributes::load_attr_module(cx, r, arg),
                op::LOAD_ATTR_PROPERTY => attributes::load_attr_property(cx, r, arg),
                STORE_ATTR => attributes::store_attr(cx, r, arg),
                op::STORE_ATTR_INSTANCE => attributes::store_attr_instance(cx, r, arg),
                op::STORE_ATTR_ADD => attributes::store_attr_add(cx, r, arg),
                op::STORE_ATTR_SLOT => attributes::store_attr_slot(cx, r, arg),
                DELETE_ATTR => attributes::delete_attr(cx, r, arg),
                LOAD_SUPER_ATTR => attributes::load_super_attr(cx, r, arg),
                CALL => calls::call(cx, r, arg),
                CALL_KW => calls::call_kw(cx, r, arg),
                CALL_FUNCTION_EX => calls::call_function_ex(cx, r, arg),
                RETURN_VALUE => calls::return_value(cx, r, arg),
                MAKE_FUNCTION => calls::make_function(cx, r, arg),
                SET_FUNCTION_ATTRIBUTE => calls::set_function_attribute(cx, r, arg),
                RAISE_VARARGS => exceptions::raise_varargs(cx, r, arg),
                RERAISE => exceptions::reraise(cx, r, arg),
                PUSH_EXC_INFO => exceptions::push_exc_info(cx, r, arg),
                POP_EXCEPT => exceptions::pop_except(cx, r, arg),
                CHECK_EXC_MATCH => exceptions::check_exc_match(cx, r, arg),
                CHECK_EG_MATCH => exceptions::check_eg_match(cx, r, arg),
                WITH_EXCEPT_START => exceptions::with_except_start(cx, r, arg),
                RETURN_GENERATOR => generators::return_generator(cx, r, arg),
                YIELD_VALUE => generators::yield_value(cx, r, arg),
                SEND => generators::send(cx, r, arg),
                GET_AWAITABLE => generators::get_awaitable(cx, r, arg),
                GET_AITER => generators::get_aiter(cx, r, arg),
                GET_ANEXT => generators::get_anext(cx, r, arg),
                END_ASYNC_FOR => generators::end_async_for(cx, r, arg),
                CLEANUP_THROW => generators::cleanup_throw(cx, r, arg),
                LOAD_SPECIAL => generators::load_special(cx, r, arg),
                IMPORT_NAME => imports::import_name(cx, r, arg),
                IMPORT_FROM => imports::import_from(cx, r, arg),
                CALL_INTRINSIC_1 => intrinsics::intrinsic_1(cx, r, arg),
                CALL_INTRINSIC_2 => intrinsics::intrinsic_2(cx, r, arg),
                MATCH_MAPPING => matching::match_mapping(cx, r, arg),
                MATCH_SEQUENCE => matching::match_sequence(cx, r, arg),
                MATCH_KEYS => matching::match_keys(cx, r, arg),
                MATCH_CLASS => matching::match_class(cx, r, arg),
                CONVERT_VALUE => strings::convert_value(cx, r, arg),
                FORMAT_SIMPLE => strings::format_simple(cx, r, arg),
                FORMAT_WITH_SPEC => strings::format_with_spec(cx, r, arg),
                BUILD_STRING => strings::build_string(cx, r, arg),
                BUILD_TEMPLATE => strings::build_template(cx, r, arg),
                BUILD_INTERPOLATION => strings::build_interpolation(cx, r, arg),
                op::COMPARE_LT => compare::compare::<0>(cx, r, arg),
                op::COMPARE_LT_JUMP_FALSE => compare::compare_jump::<0, false>(cx, r, arg),
                op::COMPARE_LT_JUMP_TRUE => compare::compare_jump::<0, true>(cx, r, arg),
                op::COMPARE_LE => compare::compare::<1>(cx, r, arg),
                op::COMPARE_LE_JUMP_FALSE => compare::compare_jump::<1, false>(cx, r, arg),
                op::COMPARE_LE_JUMP_TRUE => compare::compare_jump::<1, true>(cx, r, arg),
                op::COMPARE_EQ => compare::compare::<2>(cx, r, arg),
                op::COMPARE_EQ_JUMP_FALSE => compare::compare_jump::<2, false>(cx, r, arg),
                op::COMPARE_EQ_JUMP_TRUE => compare::compare_jump::<2, true>(cx, r, arg),
                op::COMPARE_NE => compare::compare::<3>(cx, r, arg),
                op::COMPARE_NE_JUMP_FALSE => compare::compare_jump::<3, false>(cx, r, arg),
                op::COMPARE_NE_JUMP_TRUE => compare::compare_jump::<3, true>(cx, r, arg),
                op::COMPARE_GT => compare::compare::<4>(cx, r, arg),
                op::COMPARE_GT_JUMP_FALSE => compare::compare_jump::<4, false>(cx, r, arg),
                op::COMPARE_GT_JUMP_TRUE => compare::compare_jump::<4, true>(cx, r, arg),
                op::COMPARE_GE => compare::compare::<5>(cx, r, arg),
                op::COMPARE_GE_JUMP_FALSE => compare::compare_jump::<5, false>(cx, r, arg),
                op::COMPARE_GE_JUMP_TRUE => compare::compare_jump::<5, true>(cx, r, arg),
                _ => stack::bad(cx, r, u32::from(op)),
            }
        };
        match step {
            Step::Next(next) => r = next,
            Step::Raise(at, raised) => r = unwind(cx, at, raised)?,
            Step::Exit(value) => return Ok(value),
        }
    }
}

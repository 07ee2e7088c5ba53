//! The command `taipan`.
//!
//! The entry is C's own: Rust's would open `/dev/null` in the place of standard streams that are closed, and a program could not
//! see that they are.

#![no_main]

#[global_allocator]
static ALLOCATOR: taipan::memory::Counting = taipan::memory::Counting;

/// Where the C library starts the program.
#[unsafe(no_mangle)]
pub extern "C" fn main(_count: i32, _arguments: *const *const u8) -> i32 {
    taipan::command::main()
}

//! The command `taipan`.

#[global_allocator]
static ALLOCATOR: taipan::memory::Counting = taipan::memory::Counting;

fn main() {
    taipan::command::main()
}

//! The host's calls against the real machine: one test for each mechanism that is more than a pass-through.

use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicU32, Ordering};
use taipan_host::files::{CURRENT_DIRECTORY, FileTime, MapRequest, Target, TimeSpec};
use taipan_host::network::{Address, AddressQuery, Control};
use taipan_host::poll::PollFd;
use taipan_host::process::Spawn;
use taipan_host::signals::Disposition;
use taipan_host::{HostHandle, Permission, Policy, Sandbox, SystemHost, system};

/// A directory of the test's own.
fn scratch(name: &str) -> Vec<u8> {
    let path = std::env::temp_dir().join(format!("taipan-host-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the scratch directory");
    path.into_os_string().into_encoded_bytes()
}

fn join(directory: &[u8], name: &str) -> Vec<u8> {
    [directory, b"/", name.as_bytes()].concat()
}

#[test]
fn files_are_written_read_and_described() {
    let host = system();
    let directory = scratch("files");
    let path = join(&directory, "data");
    let fd = host.open(&path, libc::O_RDWR | libc::O_CREAT, 0o600, CURRENT_DIRECTORY).expect("open");
    assert!(!host.is_inheritable(fd).expect("flags"));
    assert_eq!(host.writev(fd, &[b"hello ", b"world"], None, 0).expect("write"), 11);
    assert_eq!(host.lseek(fd, 0, libc::SEEK_SET).expect("seek"), 0);
    let mut buffer = [0; 32];
    assert_eq!(host.pread(fd, &mut buffer, 6).expect("read"), 5);
    assert_eq!(&buffer[..5], b"world");
    let stat = host.stat(Target::path(&path)).expect("stat");
    assert_eq!((stat.size, stat.mode & 0o777), (11, 0o600));
    let moment = FileTime::At(TimeSpec { seconds: -5, nanoseconds: 7 });
    host.utime(Target::Descriptor(fd), FileTime::Keep, moment).expect("utime");
    let modified = host.stat(Target::Descriptor(fd)).expect("stat").modified;
    assert_eq!(modified, TimeSpec { seconds: -5, nanoseconds: 7 });
    let request = MapRequest {
        fd,
        length: 11,
        protection: libc::PROT_READ | libc::PROT_WRITE,
        flags: libc::MAP_SHARED,
        offset: 0,
    };
    let map = host.map(request).expect("map");
    map.write(0, b"J").expect("inside");
    assert!(map.write(11, b"x").is_err());
    drop(map);
    host.pread(fd, &mut buffer, 0).expect("read");
    assert_eq!(&buffer[..5], b"Jello");
    host.close(fd).expect("close");
    assert_eq!(host.close(fd).expect_err("closed twice").errno, libc::EBADF);
    host.symlink(b"data", &join(&directory, "link"), CURRENT_DIRECTORY).expect("symlink");
    assert_eq!(host.readlink(&join(&directory, "link"), CURRENT_DIRECTORY).expect("readlink"), b"data");
    let mut names = Vec::new();
    let mut entries = host.read_directory(Target::path(&directory)).expect("directory");
    while let Some(entry) = entries.next().expect("entry") {
        names.push((entry.name, entry.kind));
    }
    names.sort();
    assert_eq!(names, [(b"data".to_vec(), libc::DT_REG), (b"link".to_vec(), libc::DT_LNK)]);
}

#[test]
fn a_policy_refuses_and_names_its_permission() {
    struct ReadOnly;
    impl Policy for ReadOnly {
        fn allows(&self, permission: Permission, _: &[u8]) -> bool {
            permission == Permission::Read
        }
    }
    let host: HostHandle = std::sync::Arc::new(SystemHost::new(Box::new(ReadOnly)));
    assert!(host.stat(Target::path(b"/")).is_ok());
    let error = host.mkdir(b"/nowhere/x", 0o700, CURRENT_DIRECTORY).expect_err("denied");
    assert_eq!((error.errno, error.denied), (libc::EACCES, Some(Permission::Write)));
    assert!(error.message().contains("--allow-write"));
    assert!(host.open(b"/dev/null", libc::O_WRONLY, 0, CURRENT_DIRECTORY).is_err());
    assert!(host.socket(libc::AF_INET, libc::SOCK_STREAM, 0).is_err());
    assert!(host.variable(b"PATH").is_none());
}

/// Runs a shell script with its output in a pipe; what it printed, and its status.
fn run(host: &HostHandle, script: &str, program: &[u8]) -> (Vec<u8>, i32, Vec<u8>) {
    let output = host.pipe(libc::O_CLOEXEC).expect("pipe");
    let report = host.pipe(libc::O_CLOEXEC).expect("pipe");
    let arguments = [b"sh".to_vec(), b"-c".to_vec(), script.as_bytes().to_vec()];
    let spawn = Spawn {
        arguments: &arguments,
        candidates: &[b"/nonexistent/sh".to_vec(), program.to_vec()],
        environment: Some(&[b"COLOUR=blue".to_vec()]),
        directory: Some(b"/"),
        close_others: true,
        keep: &[report.1],
        input: (-1, -1),
        output,
        error: (-1, -1),
        report,
        restore_signals: true,
        new_session: false,
        process_group: -1,
        group: None,
        groups: None,
        user: None,
        umask: None,
    };
    let pid = host.spawn(&spawn, None).expect("fork");
    host.close(output.1).expect("close");
    host.close(report.1).expect("close");
    let read_all = |fd| {
        let (mut all, mut buffer) = (Vec::new(), [0; 512]);
        loop {
            match host.read(fd, &mut buffer) {
                Ok(0) => break,
                Ok(count) => all.extend_from_slice(&buffer[..count]),
                Err(error) => assert!(error.is_interrupted(), "{error}"),
            }
        }
        host.close(fd).expect("close");
        all
    };
    let failure = read_all(report.0);
    let printed = read_all(output.0);
    let waited = host.wait4(pid, 0).expect("wait");
    (printed, waited.status, failure)
}

#[test]
fn programs_are_started_and_failures_reported() {
    let host = system();
    let (printed, status, failure) = run(&host, "echo $COLOUR; pwd; exit 3", b"/bin/sh");
    assert_eq!(printed, b"blue\n/\n");
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 3);
    assert!(failure.is_empty());
    let (_, _, failure) = run(&host, "", b"/nonexistent/program");
    assert_eq!(failure, b"OSError:2:");
}

#[test]
fn signals_are_noted_and_raise_the_flag() {
    static FLAG: AtomicU32 = AtomicU32::new(0);
    let host = system();
    host.set_flag(&FLAG, 0b100);
    host.set_disposition(libc::SIGUSR1, Disposition::Note).expect("install");
    assert_eq!(host.disposition(libc::SIGUSR1), Ok(Disposition::Note));
    let (reader, writer) = host.pipe(libc::O_CLOEXEC | libc::O_NONBLOCK).expect("pipe");
    assert_eq!(host.set_wakeup(writer, true), -1);
    host.raise(libc::SIGUSR1).expect("raise");
    assert!(host.any_pending());
    assert_eq!(host.take_pending(), 1 << (libc::SIGUSR1 - 1));
    assert!(!host.any_pending());
    assert_eq!(FLAG.load(Ordering::SeqCst), 0b100);
    let mut fds = [PollFd { fd: reader, events: libc::POLLIN, happened: 0 }];
    assert_eq!(host.poll(&mut fds, Some(0)), Ok(1));
    let mut byte = [0];
    host.read(reader, &mut byte).expect("read");
    assert_eq!(i32::from(byte[0]), libc::SIGUSR1);
    assert_eq!(host.set_wakeup(-1, true), writer);
    host.set_disposition(libc::SIGUSR1, Disposition::Default).expect("remove");
}

#[test]
fn sockets_carry_data_addresses_and_descriptors() {
    let host = system();
    let server = host.socket(libc::AF_INET, libc::SOCK_STREAM, 0).expect("socket");
    host.bind(server, &Address::V4 { address: [127, 0, 0, 1], port: 0 }).expect("bind");
    host.listen(server, 1).expect("listen");
    let address = host.local_address(server).expect("address");
    let client = host.socket(libc::AF_INET, libc::SOCK_STREAM, 0).expect("socket");
    host.connect(client, &address).expect("connect");
    let (end, from) = host.accept(server).expect("accept");
    assert_eq!(from, host.local_address(client).expect("address"));
    assert_eq!(host.send(client, b"ping", 0), Ok(4));
    let mut buffer = [0; 8];
    assert_eq!(host.receive(end, &mut buffer, 0), Ok(4));

    let (left, right) = host.socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).expect("pair");
    let control =
        Control { level: libc::SOL_SOCKET, kind: libc::SCM_RIGHTS, data: client.to_ne_bytes().to_vec() };
    host.send_message(left, &[b"a", b"b"], &[control], 0, &Address::None).expect("send");
    let received = host.receive_message(right, &mut [&mut buffer], 64, 0).expect("receive");
    assert_eq!((received.length, received.control.len()), (2, 1));
    let passed = i32::from_ne_bytes(received.control[0].data[..4].try_into().expect("a descriptor"));
    assert_eq!(host.local_address(passed), Ok(from));

    let query = AddressQuery { host: Some(b"127.0.0.1"), service: Some(b"80"), ..Default::default() };
    let answers = host.address_info(query).expect("numbers need no resolver");
    assert_eq!(answers[0].address, Address::V4 { address: [127, 0, 0, 1], port: 80 });
    for fd in [server, client, end, left, right, passed] {
        host.close(fd).expect("close");
    }
}

#[test]
fn times_are_taken_apart_and_put_together() {
    let host = system();
    let mut time = host.utc_time(951_782_400).expect("2000-02-29");
    assert_eq!((time.year, time.month, time.day, time.weekday, time.yearday), (2000, 1, 29, 2, 59));
    assert_eq!(host.format_time(b"%Y-%m-%d %%", &time).expect("format"), b"2000-02-29 %");
    time = host.local_time(951_782_400).expect("local");
    assert_eq!(host.make_time(&mut time), Ok(951_782_400));
    let before = host.monotonic();
    host.sleep_until(TimeSpec::from_nanoseconds(before + 1_000_000)).expect("sleep");
    assert!(host.monotonic() >= before + 1_000_000);
    assert!(host.user_by_number(0).expect("users").is_some_and(|user| user.name == b"root"));
    assert_eq!(taipan_host::errno::message(libc::ENOENT), "No such file or directory");
    assert_eq!(taipan_host::errno::name(libc::EAGAIN), Some("EAGAIN"));
}

#[test]
fn semaphores_memory_and_libraries_are_shared_by_name() {
    let host = system();
    let name = format!("/taipan-test-{}", std::process::id()).into_bytes();
    let semaphore = host.open_semaphore(&name, Some(1)).expect("made");
    assert_eq!(host.open_semaphore(&name, Some(1)).err().map(|error| error.errno), Some(libc::EEXIST));
    let again = host.open_semaphore(&name, None).expect("opened");
    host.unlink_semaphore(&name).expect("unlinked");
    assert_eq!((again.try_acquire(), again.try_acquire(), semaphore.value()), (Ok(true), Ok(false), Ok(0)));
    let soon = TimeSpec::from_nanoseconds(host.wall_time() + 1_000_000);
    assert_eq!(semaphore.acquire(Some(soon)), Ok(false));
    again.release().expect("released");
    assert_eq!(semaphore.acquire(None), Ok(true));
    let fd = host.open_memory(&name, libc::O_CREAT | libc::O_RDWR, 0o600).expect("memory");
    host.truncate(Target::Descriptor(fd), 100).expect("truncate");
    host.unlink_memory(&name).expect("unlinked");
    host.close(fd).expect("close");
    let process = host.load_library(None, libc::RTLD_NOW).expect("the process itself");
    assert!(process.symbol(b"getpid").is_ok_and(|address| address != 0));
    assert!(process.symbol(b"no_such_symbol_here").is_err_and(|error| error.contains("no_such_symbol")));
    assert!(host.load_library(Some(b"/nonexistent.so"), libc::RTLD_NOW).is_err());
}

#[test]
fn a_sandbox_is_not_left_by_dots_or_links() {
    let outside = scratch("outside");
    let inside = scratch("inside");
    std::fs::write(std::ffi::OsStr::from_bytes(&join(&outside, "secret")), "x").expect("write");
    let host = system();
    host.symlink(&outside, &join(&inside, "link"), CURRENT_DIRECTORY).expect("symlink");
    let mut sandbox = Sandbox::default();
    let real = std::fs::canonicalize(std::ffi::OsStr::from_bytes(&inside)).expect("exists");
    sandbox.grant(Permission::Read, Some(vec![real.as_os_str().as_bytes().to_vec()]));
    sandbox.grant(Permission::Write, Some(vec![real.as_os_str().as_bytes().to_vec()]));
    let host: HostHandle = std::sync::Arc::new(SystemHost::new(Box::new(sandbox)));
    let open = |path: &[u8], flags| host.open(path, flags, 0o600, CURRENT_DIRECTORY);
    let fd = open(&join(&inside, "new"), libc::O_CREAT | libc::O_WRONLY).expect("inside");
    host.close(fd).expect("close");
    let up = [b"../", outside.rsplit(|&byte| byte == b'/').next().unwrap_or_default(), b"/secret"].concat();
    for path in [join(&outside, "secret"), join(&inside, "link/secret"), [&inside[..], b"/", &up].concat()] {
        let error = open(&path, libc::O_RDONLY).expect_err("outside");
        assert_eq!(error.denied, Some(Permission::Read), "{}", String::from_utf8_lossy(&path));
    }
    assert!(open(&join(&inside, "no/../../x"), libc::O_CREAT | libc::O_WRONLY).is_err());
    assert!(host.read_directory(Target::path(&inside)).is_ok() && host.stat(Target::path(b"/etc")).is_err());
}

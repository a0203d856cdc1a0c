//! The watcher on a real file system: every way in which editors and tools save gives one change set.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use safe_hot::change::ChangeSet;
use safe_hot::fingerprint::fingerprint;
use safe_hot::watcher::{Extent, Notice, Underway, WatchMode, WatchStatus, WatchedFile, Watcher};

/// Longer than any test takes unless it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// How fast the tests poll.
const INTERVAL: Duration = Duration::from_millis(20);

struct Scene {
    folder: tempfile::TempDir,
    watcher: Watcher,
    notices: Receiver<Notice>,
}

impl Scene {
    /// Makes the files, each with its own name as content, and watches them.
    fn new(files: &[&str]) -> Self {
        Self::with(None, files)
    }

    fn with(poll_interval: Option<Duration>, files: &[&str]) -> Self {
        let (sender, notices) = channel();
        let watcher =
            Watcher::new(poll_interval, Box::new(move |notice| drop(sender.send(notice))));
        let scene = Self { folder: tempfile::tempdir().unwrap(), watcher, notices };
        for file in files {
            scene.write(file, file);
        }
        scene.watch(files);
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    fn watch(&self, files: &[&str]) {
        let watched = |file: &&str| WatchedFile {
            path: self.path(file),
            fingerprint: Some(fingerprint(file.as_bytes())),
        };
        self.watcher.watch(files.iter().map(watched).collect());
        self.ready();
    }

    fn expect(&self, bases: &[&str]) {
        self.watcher.expect(bases.iter().map(|base| self.path(base)).collect());
        self.ready();
    }

    fn ready(&self) {
        let (sender, receiver) = channel();
        self.watcher.ready(move || sender.send(()).unwrap());
        receiver.recv_timeout(PATIENCE).unwrap();
    }

    /// The next change set as `a.js modified, b.js removed`, sorted. A set that may grow is taken back, for the whole.
    fn next(&self) -> String {
        loop {
            if let Notice::Changed(changes, extent, _) =
                self.notices.recv_timeout(PATIENCE).unwrap()
            {
                if extent == Extent::MayGrow {
                    self.watcher.take_back(changes);
                    continue;
                }
                let root = self.path("");
                let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
                let mut lines: Vec<_> = changes
                    .iter()
                    .map(|change| format!("{} {}", name(&change.path), change.kind))
                    .collect();
                lines.sort();
                return lines.join(", ");
            }
        }
    }

    /// The next change set, which has left at once.
    fn next_alone(&self) -> (ChangeSet, Underway) {
        match self.notices.recv_timeout(PATIENCE).unwrap() {
            Notice::Changed(changes, Extent::MayGrow, underway) => (changes, underway),
            notice => panic!("it was held back: {notice:?}"),
        }
    }

    /// Proves that nothing but what was expected was sent: a mark made now is the very next change set.
    fn nothing_more(&self) {
        self.expect(&["mark.js"]);
        self.write("mark.js", "mark");
        assert_eq!(self.next(), "mark.js created");
        self.remove("mark.js");
        assert_eq!(self.next(), "mark.js removed");
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.watcher.folders()
    }
}

#[test]
fn a_save_in_place_is_one_change() {
    let scene = Scene::new(&["a.js"]);

    scene.write("a.js", "new");

    assert_eq!(scene.next(), "a.js modified");
    scene.nothing_more();
}

#[test]
fn a_save_by_rename_is_one_change_each_time() {
    let scene = Scene::new(&["a.js"]);

    for _ in 0..3 {
        scene.write("a.js.tmp", "new");
        scene.rename("a.js.tmp", "a.js");

        assert_eq!(scene.next(), "a.js modified");
    }
    scene.nothing_more();
}

#[test]
fn a_save_by_delete_and_create_is_one_change() {
    let scene = Scene::new(&["a.js"]);

    scene.remove("a.js");
    scene.write("a.js", "new");

    assert_eq!(scene.next(), "a.js modified");
    scene.nothing_more();
}

#[test]
fn a_save_with_a_backup_file_is_one_change() {
    let scene = Scene::new(&["a.js"]);

    scene.rename("a.js", "a.js~");
    scene.write("a.js", "new");
    scene.remove("a.js~");

    assert_eq!(scene.next(), "a.js modified");
    scene.nothing_more();
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_open_for_writing_waits_for_its_close() {
    let scene = Scene::new(&["a.js", "b.js"]);

    let mut file = OpenOptions::new().write(true).truncate(true).open(scene.path("a.js")).unwrap();
    file.write_all(b"first ").unwrap();
    scene.write("b.js", "new");
    // The save of b.js is held back for the open file at first, and leaves alone when it has waited long enough.
    assert_eq!(scene.next(), "b.js modified");
    file.write_all(b"second").unwrap();
    drop(file);

    assert_eq!(scene.next(), "a.js modified");
    assert_eq!(fs::read_to_string(scene.path("a.js")).unwrap(), "first second");
    scene.nothing_more();
}

#[test]
fn a_file_that_stays_empty_is_sent_after_a_while() {
    let scene = Scene::new(&["a.js"]);

    drop(File::create(scene.path("a.js")).unwrap());

    assert_eq!(scene.next(), "a.js modified");
    scene.nothing_more();
}

#[test]
fn a_removed_file_is_removed_and_may_come_back() {
    let scene = Scene::new(&["a.js"]);

    scene.remove("a.js");
    assert_eq!(scene.next(), "a.js removed");
    scene.write("a.js", "new");

    assert_eq!(scene.next(), "a.js created");
    scene.nothing_more();
}

#[test]
fn a_file_that_is_saved_alone_is_sent_at_once_and_joins_what_follows() {
    let scene = Scene::new(&["a.js", "b.js"]);

    scene.write("a.js", "1");
    let (changes, underway) = scene.next_alone();
    drop(underway);
    assert!(!scene.watcher.has_more());
    let mut open = File::create(scene.path("b.js")).unwrap();
    open.write_all(b"2").unwrap();
    while !scene.watcher.has_more() {
        std::thread::yield_now();
    }
    scene.watcher.take_back(changes);
    drop(open);

    assert_eq!(scene.next(), "a.js modified, b.js modified");
    assert!(!scene.watcher.has_more());
    scene.nothing_more();
}

#[test]
fn what_is_underway_to_the_listener_or_back_was_not_told() {
    let scene = Scene::new(&["a.js", "b.js"]);

    scene.write("a.js", "1");
    let (changes, underway) = scene.next_alone();
    assert!(scene.watcher.has_more());
    assert!(underway.arrive());
    assert!(!scene.watcher.has_more());

    scene.write("b.js", "2");
    let Notice::Changed(_, _, second) = scene.notices.recv_timeout(PATIENCE).unwrap() else {
        panic!("b.js was not sent")
    };
    scene.watcher.take_back(changes);
    assert!(!second.arrive());
    assert!(scene.watcher.has_more());
    let notice = scene.notices.recv_timeout(PATIENCE).unwrap();
    let Notice::Changed(both, Extent::Complete, _) = &notice else { panic!("{notice:?}") };
    assert_eq!(both.iter().count(), 2);
    assert!(scene.watcher.has_more());
    drop(notice);
    assert!(!scene.watcher.has_more());

    scene.watcher.close();
    scene.watcher.take_back(ChangeSet::default());
    scene.ready();
    assert!(!scene.watcher.has_more());
}

#[test]
fn the_temporary_file_of_a_save_is_not_sent_though_its_name_could_win() {
    let scene = Scene::new(&["a.js"]);
    scene.expect(&["a.js"]);

    scene.write("a.js.tmp", "1");
    scene.rename("a.js.tmp", "a.js");

    let Notice::Changed(changes, extent, _) = scene.notices.recv_timeout(PATIENCE).unwrap() else {
        panic!("there is no change set")
    };
    assert_eq!((changes.iter().count(), extent), (1, Extent::MayGrow));
    scene.nothing_more();
}

#[test]
fn each_of_many_files_at_once_is_sent_once() {
    let names: Vec<_> = (0..300).map(|number| format!("f{}/{number}.js", number % 20)).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let scene = Scene::new(&names);

    for name in &names {
        scene.write(name, "new");
    }

    // One change set, unless the system holds the writer up for longer than the watcher waits.
    let mut sent = 0;
    while sent < names.len() {
        sent += scene.next().split(", ").count();
    }
    assert_eq!(sent, names.len());
    scene.nothing_more();
}

#[test]
fn an_edit_before_the_watch_stands_is_not_lost() {
    let scene = Scene::new(&[]);
    scene.write("a.js", "edited since it was loaded");
    scene.write("b.js", "b.js");

    scene.watch(&["a.js", "b.js", "c.js"]);

    assert_eq!(scene.next(), "a.js modified, c.js removed");
    scene.nothing_more();
}

#[test]
fn what_nobody_asked_for_is_not_sent() {
    let scene = Scene::new(&["a.js"]);

    scene.write("app.log", "line");
    scene.write(".a.js.swp", "swap");
    scene.write("b.js", "unknown");
    scene.remove("b.js");

    scene.nothing_more();
}

#[test]
fn an_unwatched_file_is_not_sent_and_its_folder_is_left() {
    let scene = Scene::new(&["one/a.js", "two/b.js"]);
    assert_eq!(scene.folders(), [scene.path("one"), scene.path("two")]);

    scene.watcher.unwatch(vec![scene.path("one/a.js")]);
    scene.ready();
    scene.write("one/a.js", "new");

    assert_eq!(scene.folders(), [scene.path("two")]);
    scene.nothing_more();
}

#[test]
fn what_could_win_a_resolution_is_sent() {
    let scene = Scene::new(&["a.js"]);
    scene.expect(&["foo", "lib/deep/bar", "node_modules/pkg"]);

    scene.write("foo.json", "{}");
    assert_eq!(scene.next(), "foo.json created");
    scene.write("tmp", "x");
    scene.rename("tmp", "foo.js");
    assert_eq!(scene.next(), "foo.js created");
    scene.write("lib/deep/bar.js", "x");
    assert_eq!(scene.next(), "lib/deep/bar.js created");
    scene.write("staging/package.json", "{}");
    fs::create_dir(scene.path("node_modules")).unwrap();
    scene.rename("staging", "node_modules/pkg");
    assert!(scene.next().contains("node_modules/pkg"));
    scene.nothing_more();
}

#[test]
fn a_missing_folder_costs_a_watch_of_its_nearest_ancestor_only() {
    let scene = Scene::new(&["src/a.js"]);

    scene.watcher.expect_folder(scene.path("src/x/y/z"));
    scene.ready();
    assert_eq!(scene.folders(), [scene.path("src")]);
    fs::create_dir_all(scene.path("src/x/y/z")).unwrap();

    assert_eq!(scene.next(), "src/x/y/z created");
    assert_eq!(
        scene.folders(),
        [scene.path("src"), scene.path("src/x/y"), scene.path("src/x/y/z")]
    );
    scene.watcher.unexpect(vec![scene.path("src/x/y/z")]);
    scene.ready();
    assert_eq!(scene.folders(), [scene.path("src")]);
}

#[test]
fn a_folder_that_is_removed_and_made_anew_is_watched_again() {
    let scene = Scene::new(&["src/routes/a.js", "b.js"]);

    fs::remove_dir_all(scene.path("src")).unwrap();
    assert_eq!(scene.next(), "src/routes/a.js removed");
    scene.write("src/routes/a.js", "another branch");
    let back = scene.next();
    assert!(back.starts_with("src/routes/a.js "), "{back}");
    scene.write("src/routes/a.js", "edited");

    assert_eq!(scene.next(), "src/routes/a.js modified");
    scene.nothing_more();
}

#[test]
fn a_folder_that_is_replaced_by_another_is_watched_under_its_name() {
    let scene = Scene::new(&["src/a.js", "src/lib/b.js", "c.js"]);
    scene.write("new/a.js", "new");
    scene.write("new/lib/b.js", "new");

    scene.rename("src", "old");
    scene.rename("new", "src");
    let mut seen = scene.next();
    while !(seen.contains("src/a.js") && seen.contains("src/lib/b.js")) {
        seen = format!("{seen}, {}", scene.next());
    }
    scene.write("old/a.js", "nobody cares");
    scene.write("src/lib/b.js", "edited");

    assert_eq!(scene.next(), "src/lib/b.js modified");
    scene.nothing_more();
}

#[cfg(unix)]
#[test]
fn a_link_is_watched_where_it_leads() {
    let scene = Scene::new(&["real/a.js"]);
    fs::create_dir(scene.path("links")).unwrap();
    std::os::unix::fs::symlink(scene.path("real/a.js"), scene.path("links/b.js")).unwrap();
    scene.watcher.unwatch(vec![scene.path("real/a.js")]);
    scene.watcher.watch(vec![WatchedFile { path: scene.path("links/b.js"), fingerprint: None }]);
    scene.ready();

    scene.write("real/a.js", "new");

    assert_eq!(scene.next(), "links/b.js modified");
    scene.nothing_more();
}

#[test]
fn a_closed_watcher_is_silent_and_calls_do_nothing() {
    let scene = Scene::new(&["a.js"]);

    scene.watcher.close();
    scene.ready();
    let closed = WatchStatus { mode: WatchMode::Closed, reason: None };
    let notice = scene.notices.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(&notice, Notice::Status(status) if *status == closed), "{notice:?}");
    scene.write("a.js", "new");
    scene.watch(&["a.js"]);

    assert!(matches!(scene.notices.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected)));
    assert!(scene.folders().is_empty());
}

#[test]
fn polling_finds_what_changed() {
    let scene = Scene::with(Some(INTERVAL), &["a.js", "b.js"]);
    assert_eq!(scene.watcher.status(), WatchStatus { mode: WatchMode::Polling, reason: None });

    // The same size, and a time that a coarse file system could not tell from the one before.
    scene.write("a.js", "A.js");
    assert_eq!(scene.next(), "a.js modified");
    scene.remove("b.js");
    assert_eq!(scene.next(), "b.js removed");
    scene.write("b.js", "new");
    assert_eq!(scene.next(), "b.js created");
    scene.nothing_more();
}

#[test]
fn polling_compares_content() {
    let scene = Scene::with(Some(INTERVAL), &["a.js"]);

    scene.write("a.js", "a.js");

    scene.nothing_more();
}

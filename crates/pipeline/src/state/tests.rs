use std::{
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    process::Command,
};

use becauselog_model::{BinlogPosition, CHECKPOINT_VERSION, Flavor};
use becauselog_sink::FAILPOINT_VARIABLE;
use serde_json::{Value, json};

use super::{
    control::{ControlServer, SOCKET, ask},
    *,
};

const CHILD_FOLDER: &str = "BECAUSELOG_TEST_STATE_FOLDER";

fn checkpoint(pos: u64) -> Checkpoint {
    Checkpoint {
        version: CHECKPOINT_VERSION,
        flavor: Flavor::MySql,
        server_uuid: None,
        gtids: format!("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-{pos}").parse().unwrap(),
        position: BinlogPosition { file: "bin.000001".into(), pos },
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_checkpoint_comes_back_as_it_was_saved() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("becauselog/shop");
    let state = StateFolder::open(&path, "shop").unwrap();
    assert_eq!(state.load_checkpoint().unwrap(), None);
    state.save_checkpoint(&checkpoint(7)).unwrap();
    state.save_checkpoint(&checkpoint(8)).unwrap();
    drop(state);
    assert_eq!(show_checkpoint(&path).unwrap(), Some(checkpoint(8)));
    let state = StateFolder::open(&path, "shop").unwrap();
    assert_eq!(state.load_checkpoint().unwrap(), Some(checkpoint(8)));
    let text = fs::read_to_string(path.join("checkpoint.json")).unwrap();
    assert!(text.contains("\n  \"gtids\": \"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-8\",\n"), "{text}");
}

#[test]
fn only_the_owner_reads_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("shop");
    let state = StateFolder::open(&path, "shop").unwrap();
    state.save_checkpoint(&checkpoint(7)).unwrap();
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("checkpoint.json")), 0o600);
}

#[test]
fn the_spool_is_emptied_and_prepared_transactions_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let state = StateFolder::open(home.path(), "shop").unwrap();
    fs::write(state.spool().join("group"), b"x").unwrap();
    fs::write(state.xa().join("xid"), b"x").unwrap();
    drop(state);
    let state = StateFolder::open(home.path(), "shop").unwrap();
    assert_eq!(fs::read_dir(state.spool()).unwrap().count(), 0);
    assert_eq!(fs::read_dir(state.xa()).unwrap().count(), 1);
}

/// Not a test of its own: what the child process of the tests below does.
#[test]
fn child_saves_checkpoints() {
    let Some(path) = std::env::var_os(CHILD_FOLDER) else { return };
    let state = StateFolder::open(Path::new(&path), "shop").unwrap();
    for pos in 1..=3 {
        state.save_checkpoint(&checkpoint(pos)).unwrap();
        println!("saved {pos}");
    }
}

fn child(path: &Path, failpoint: Option<&str>) -> std::process::Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "state::tests::child_saves_checkpoints"]).env(CHILD_FOLDER, path);
    if let Some(failpoint) = failpoint {
        command.env(FAILPOINT_VARIABLE, failpoint);
    }
    command.output().unwrap()
}

#[test]
fn a_second_instance_is_refused_by_name_and_pid() {
    let home = tempfile::tempdir().unwrap();
    let held = StateFolder::open(home.path(), "shop").unwrap();
    let refused = child(home.path(), None);
    assert!(!refused.status.success());
    let told =
        String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert!(told.contains("Locked") && told.contains("\"shop\""), "{told}");
    assert!(told.contains(&format!("\"{}\"", std::process::id())), "{told}");
    drop(held);
    assert!(child(home.path(), None).status.success());
}

#[test]
fn a_kill_at_any_step_of_saving_leaves_the_checkpoint_before_or_after() {
    let steps = ["before_temporary", "temporary_written", "temporary_synced", "renamed", "folder_synced"];
    for step in steps {
        for nth in 1..=3 {
            let home = tempfile::tempdir().unwrap();
            let killed = child(home.path(), Some(&format!("state.checkpoint.{step}:{nth}")));
            assert_eq!(killed.status.signal(), Some(9), "{step} {nth} was not hit");
            let told = String::from_utf8_lossy(&killed.stderr);
            assert!(told.contains(&format!("failpoint state.checkpoint.{step} hit")), "{told}");
            let state = StateFolder::open(home.path(), "shop").unwrap();
            let found = state.load_checkpoint().unwrap().map_or(0, |found| found.position.pos);
            let expected = if matches!(step, "renamed" | "folder_synced") { nth } else { nth - 1 };
            assert_eq!(found, expected, "{step} {nth}");
            state.save_checkpoint(&checkpoint(99)).unwrap();
        }
    }
}

#[test]
fn a_newer_layout_is_refused_and_an_unmarked_folder_is_taken() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("checkpoint.json"), serde_json::to_vec(&checkpoint(5)).unwrap()).unwrap();
    let state = StateFolder::open(home.path(), "shop").unwrap();
    assert_eq!(state.load_checkpoint().unwrap(), Some(checkpoint(5)));
    drop(state);
    assert_eq!(fs::read_to_string(home.path().join("layout")).unwrap(), "1\n");
    fs::write(home.path().join("layout"), "2\n").unwrap();
    assert!(matches!(
        StateFolder::open(home.path(), "shop"),
        Err(StateError::Newer { found: 2, known: 1, .. })
    ));
    fs::write(home.path().join("layout"), "x\n").unwrap();
    assert!(matches!(StateFolder::open(home.path(), "shop"), Err(StateError::Content { .. })));
}

#[test]
fn a_checkpoint_of_a_newer_version_or_of_no_sense_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let state = StateFolder::open(home.path(), "shop").unwrap();
    let file = home.path().join("checkpoint.json");
    let mut newer = serde_json::to_value(checkpoint(5)).unwrap();
    newer["version"] = json!(CHECKPOINT_VERSION + 1);
    newer["new_field"] = json!(1);
    fs::write(&file, newer.to_string()).unwrap();
    assert!(matches!(state.load_checkpoint(), Err(StateError::Newer { .. })));
    for bad in ["", "{", "{}", "[]", "{\"version\":1}", "{\"version\":1,\"gtids\":\"x\"}"] {
        fs::write(&file, bad).unwrap();
        assert!(matches!(state.load_checkpoint(), Err(StateError::Content { .. })), "{bad}");
    }
}

#[test]
fn a_position_set_by_hand_is_recorded_and_waits_for_the_next_run() {
    let home = tempfile::tempdir().unwrap();
    let state = StateFolder::open(home.path(), "shop").unwrap();
    state.save_checkpoint(&checkpoint(9)).unwrap();
    drop(state);
    assert!(matches!(set_position(home.path(), "shop", &checkpoint(3), "  "), Err(StateError::NoReason)));
    assert_eq!(show_manual_position(home.path()).unwrap(), None);
    set_position(home.path(), "shop", &checkpoint(3), "disk of the consumer was lost").unwrap();
    set_position(home.path(), "shop", &checkpoint(2), "one earlier").unwrap();

    let changes = position_changes(home.path()).unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|c| (&*c.reason, c.from.as_ref().map(|f| f.position.pos), c.to.position.pos))
        .collect();
    assert_eq!(told, [("disk of the consumer was lost", Some(9), 3), ("one earlier", Some(3), 2)]);
    assert!(
        changes.iter().all(|change| change.uid == rustix::process::getuid().as_raw() && change.at_ms > 0)
    );

    let state = StateFolder::open(home.path(), "shop").unwrap();
    assert_eq!(state.manual_position().unwrap(), Some(checkpoint(2)));
    state.manual_position_taken().unwrap();
    assert_eq!(state.manual_position().unwrap(), None);
    assert_eq!(state.load_checkpoint().unwrap(), Some(checkpoint(9)), "the run saves its own");
}

#[test]
fn a_torn_line_in_the_record_of_changes_hides_no_other() {
    let home = tempfile::tempdir().unwrap();
    set_position(home.path(), "shop", &checkpoint(3), "first").unwrap();
    let file = home.path().join("position-changes.log");
    let mut text = fs::read(&file).unwrap();
    text.extend_from_slice(b"{\"at_ms\":17");
    fs::write(&file, text).unwrap();
    set_position(home.path(), "shop", &checkpoint(4), "second").unwrap();
    let reasons: Vec<_> = position_changes(home.path()).unwrap().into_iter().map(|c| c.reason).collect();
    assert_eq!(reasons, ["first", "second"]);
}

async fn answer(request: Value) -> Result<Value, String> {
    match request["cmd"].as_str() {
        Some("status") => Ok(json!({ "state": "streaming", "asked": request })),
        Some(other) => Err(format!("no such command: {other}")),
        None => Err("no command".to_owned()),
    }
}

#[tokio::test]
async fn the_control_socket_answers_line_by_line() {
    let home = tempfile::tempdir().unwrap();
    let state = StateFolder::open(home.path(), "shop").unwrap();
    assert!(matches!(ask(home.path(), &json!({"cmd":"status"})).await, Err(StateError::NotRunning { .. })));
    let server = tokio::spawn(ControlServer::bind(&state).unwrap().serve(answer));
    assert_eq!(mode(&home.path().join(SOCKET)), 0o600);
    let ok = ask(home.path(), &json!({"cmd":"status","n":1})).await.unwrap();
    assert_eq!(ok, json!({"state":"streaming","asked":{"cmd":"status","n":1}}));
    let refused = ask(home.path(), &json!({"cmd":"fly"})).await.unwrap_err();
    assert_eq!(refused.to_string(), "the instance refused: no such command: fly");
    let refused = ask(home.path(), &json!([1])).await.unwrap_err();
    assert!(refused.to_string().contains("an object with `cmd`"), "{refused}");
    let long = "x".repeat(100_000);
    let refused = ask(home.path(), &json!({"cmd":"status","long":long})).await;
    assert!(refused.is_err());
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
    assert!(!home.path().join(SOCKET).exists());
}

#[tokio::test]
async fn a_socket_that_a_dead_instance_left_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let state = StateFolder::open(home.path(), "shop").unwrap();
    drop(std::os::unix::net::UnixListener::bind(home.path().join(SOCKET)).unwrap());
    assert!(home.path().join(SOCKET).exists());
    let server = tokio::spawn(ControlServer::bind(&state).unwrap().serve(answer));
    ask(home.path(), &json!({"cmd":"status"})).await.unwrap();
    server.abort();
}

#[tokio::test]
async fn a_folder_with_a_long_path_has_its_control_socket_too() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x".repeat(100)).join("y".repeat(100));
    let state = StateFolder::open(&path, "shop").unwrap();
    let server = tokio::spawn(ControlServer::bind(&state).unwrap().serve(answer));
    ask(&path, &json!({"cmd":"status"})).await.unwrap();
    server.abort();
}

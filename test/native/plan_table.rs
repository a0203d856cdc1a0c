//! What a plan is, as a table: a graph in words, what changed, and the plan in words.

#![allow(
    clippy::unwrap_used,
    reason = "helpers are not test functions to the lint, but only tests call them"
)]

use safe_hot::graph::{GraphChange, ModuleGraph};
use safe_hot::id::ModuleId;
use safe_hot::plan::{BoundaryKind, Plan, PlanRequest, Reason, Unaccepted, Verdict, plan};

/// One statement each, separated by `;`: `a -> b c`, `a mentions b`, `a accepts b`, `a
/// self-accepts`, `a declines b`, `a self-declines`, `a root`, `a unloaded`. All modules that are
/// named are loaded; `main` is a root.
fn graph(text: &str) -> ModuleGraph {
    let mut graph = ModuleGraph::new();
    let mut hot: Vec<(ModuleId, HotWords)> = Vec::new();
    let statements: Vec<Vec<&str>> =
        text.split(';').map(|statement| statement.split_whitespace().collect()).collect();
    let names = statements.iter().flatten().filter(|word| !is_verb(word));
    let ids: Vec<ModuleId> = names.map(|name| graph.intern(name)).collect();
    let mut changes: Vec<GraphChange> = ids
        .into_iter()
        .map(|id| GraphChange::Set { id, imports: vec![], mentions: vec![] })
        .collect();
    if let Some(id) = graph.lookup("main") {
        changes.push(GraphChange::Root { id, root: true });
    }
    for words in &statements {
        let id = graph.intern(words[0]);
        let others: Vec<ModuleId> = words[2..].iter().map(|name| graph.intern(name)).collect();
        let at = hot.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            hot.push((id, HotWords::default()));
            hot.len() - 1
        });
        let flags = &mut hot[at].1;
        match words[1] {
            "->" => changes.extend(
                others.into_iter().map(|imported| GraphChange::Import { importer: id, imported }),
            ),
            "mentions" => changes
                .extend(others.into_iter().map(|mentioned| GraphChange::Mention { id, mentioned })),
            "accepts" => flags.accepts.extend(others),
            "declines" => flags.declines.extend(others),
            "self-accepts" => flags.self_accepts = true,
            "self-declines" => flags.self_declines = true,
            "root" => changes.push(GraphChange::Root { id, root: true }),
            _ => changes.push(GraphChange::Remove { id }),
        }
    }
    changes.extend(hot.into_iter().map(|(id, words)| GraphChange::Hot {
        id,
        accepts: words.accepts,
        self_accepts: words.self_accepts,
        declines: words.declines,
        self_declines: words.self_declines,
    }));
    graph.apply(&changes).unwrap();
    graph
}

#[derive(Default)]
struct HotWords {
    accepts: Vec<ModuleId>,
    self_accepts: bool,
    declines: Vec<ModuleId>,
    self_declines: bool,
}

fn is_verb(word: &str) -> bool {
    let verbs = "-> mentions accepts self-accepts declines self-declines root unloaded";
    verbs.split(' ').any(|verb| verb == word)
}

/// `changed` may hold `caller=x`, `restart` and `ignore` besides names.
fn check(text: &str, changed: &[&str], expected: &str) {
    let graph = graph(text);
    let mut request = PlanRequest { changed: vec![], caller: None, unaccepted: Unaccepted::Reload };
    for word in changed {
        match word.strip_prefix("caller=") {
            Some(caller) => request.caller = graph.lookup(caller),
            None if *word == "restart" => request.unaccepted = Unaccepted::Restart,
            None if *word == "ignore" => request.unaccepted = Unaccepted::Ignore,
            None => request.changed.push(graph.lookup(word).unwrap()),
        }
    }
    let plan = plan(&graph, &request).unwrap();
    assert_eq!(words(&graph, &plan), expected, "{text} | {changed:?}");
}

fn words(graph: &ModuleGraph, plan: &Plan) -> String {
    let name = |id: &ModuleId| graph.record(*id).unwrap().path().to_owned();
    let names =
        |ids: &[ModuleId], between: &str| ids.iter().map(&name).collect::<Vec<_>>().join(between);
    let planned = plan.modules.iter().map(|planned| match planned.reason {
        Reason::Changed => name(&planned.id),
        Reason::Imports(import) => format!("{}({})", name(&planned.id), name(&import)),
    });
    let boundaries = plan.boundaries.iter().map(|boundary| match boundary.kind {
        BoundaryKind::SelfAccepts => format!("{} self", name(&boundary.id)),
        BoundaryKind::Accepts => format!("{} via {}", name(&boundary.id), name(&boundary.via)),
        BoundaryKind::Caller => format!("{} calls {}", name(&boundary.id), name(&boundary.via)),
    });
    let declined = plan.declined.iter().map(|it| format!("{} by {}", name(&it.id), name(&it.by)));
    let chains = plan.chains.iter().map(|chain| names(chain, ">"));
    let parts = [
        ("plan", planned.collect::<Vec<_>>().join(" ")),
        ("tops", names(&plan.tops, " ")),
        ("boundaries", boundaries.collect::<Vec<_>>().join(", ")),
        ("dead ends", names(&plan.dead_ends, " ")),
        ("dropped", names(&plan.dropped, " ")),
        ("declined", declined.collect::<Vec<_>>().join(", ")),
        ("chains", chains.collect::<Vec<_>>().join(" ")),
        ("dispose", names(&plan.dispose_order, " ")),
    ];
    let verdict = match plan.verdict {
        Verdict::Reload => "reload",
        Verdict::RestartRequired => "restart required",
        Verdict::Ignored => "ignored",
    };
    let said = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let said = said.map(|(key, value)| format!("{key} {value}"));
    said.chain([verdict.to_owned()]).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_change_goes_up_to_the_root() {
    check(
        "main -> a; a -> b",
        &["b"],
        "plan b a(b) main(a); tops main; dead ends main; chains b>a>main; dispose main a b; reload",
    );
}

#[test]
fn a_module_that_accepts_itself_ends_the_walk() {
    check(
        "main -> a; a -> b; b self-accepts",
        &["b"],
        "plan b; tops b; boundaries b self; chains b; dispose b; reload",
    );
    check(
        "main -> a; a -> b; a self-accepts",
        &["b"],
        "plan b a(b); tops a; boundaries a self; chains b>a; dispose a b; reload",
    );
}

#[test]
fn an_importer_that_accepts_is_not_evaluated_again() {
    check(
        "main -> a; a -> b; a accepts b",
        &["b"],
        "plan b; tops b; boundaries a via b; chains b>a; dispose b; reload",
    );
}

#[test]
fn a_boundary_that_is_planned_by_another_way_is_none() {
    check(
        "main -> a; a -> b c; c -> b; a accepts b",
        &["b"],
        "plan b c(b) a(c) main(a); tops main; dead ends main; chains b>c>a>main; dispose main a c b; reload",
    );
}

#[test]
fn a_root_with_importers_does_not_hide_them() {
    check(
        "main -> a; a root",
        &["a"],
        "plan a main(a); tops a main; dead ends a main; chains a; dispose main a; reload",
    );
}

#[test]
fn a_root_that_accepts_itself_is_no_dead_end() {
    check(
        "main -> a; main self-accepts",
        &["a", "restart"],
        "plan a main(a); tops main; boundaries main self; chains a>main; dispose main a; reload",
    );
}

#[test]
fn cycles_are_planned_as_one_and_end() {
    check(
        "main -> a; a -> b; b -> c; c -> a",
        &["c"],
        "plan c b(c) a(b) main(a); tops main; dead ends main; chains c>b>a>main; dispose main a b c; reload",
    );
    check(
        "main -> a; a -> a; a self-accepts",
        &["a"],
        "plan a; tops a; boundaries a self; chains a; dispose a; reload",
    );
}

#[test]
fn what_must_not_be_replaced_asks_for_a_restart() {
    check(
        "main -> a; a self-declines",
        &["a"],
        "plan a; declined a by a; dispose a; restart required",
    );
    check(
        "main -> a; a -> b; a declines b",
        &["b"],
        "plan b; declined b by a; dispose b; restart required",
    );
}

#[test]
fn an_unaccepted_change_may_restart_or_be_ignored() {
    let rest = "plan a main(a); tops main; dead ends main; chains a>main; dispose main a; ";
    check("main -> a", &["a", "restart"], &format!("{rest}restart required"));
    check("main -> a", &["a", "ignore"], &format!("{rest}ignored"));
}

#[test]
fn what_nobody_asks_for_is_dropped() {
    check("main -> a; b -> a", &["b"], "plan b; dropped b; chains b; dispose b; reload");
    check("b self-accepts", &["b"], "plan b; dropped b; chains b; dispose b; reload");
}

#[test]
fn what_is_not_loaded_is_passed_over() {
    check("main -> a; a unloaded", &["a"], "ignored");
}

#[test]
fn a_mention_is_no_import() {
    check("main -> b; main mentions a; b -> a", &["a"], {
        "plan a b(a) main(b); tops main; dead ends main; chains a>b>main; dispose main b a; reload"
    });
}

#[test]
fn the_caller_receives_what_it_reloads() {
    check(
        "main -> a; a -> utils",
        &["utils", "caller=a"],
        "plan utils; tops utils; boundaries a calls utils; chains utils>a; dispose utils; reload",
    );
}

#[test]
fn the_caller_need_not_have_imported_it() {
    check(
        "main -> a; utils self-declines; utils -> b",
        &["b", "caller=a"],
        "plan b utils(b); tops b; boundaries a calls b; declined utils by utils; chains b>a; dispose utils b; restart required",
    );
    check(
        "main -> a; plugin -> a",
        &["plugin", "caller=main"],
        "plan plugin; tops plugin; boundaries main calls plugin; chains plugin>main; dispose plugin; reload",
    );
}

#[test]
fn every_other_importer_is_planned_and_the_caller_is_a_boundary_there_too() {
    check(
        "main -> x utils; x -> utils",
        &["utils", "caller=main"],
        "plan utils x(utils); tops utils x; boundaries main calls utils, main calls x; chains utils>main; dispose x utils; reload",
    );
}

#[test]
fn a_caller_that_has_changed_is_no_boundary() {
    check(
        "main -> a; a -> b",
        &["b", "a", "caller=a"],
        "plan b a main(a); tops main; dead ends main; chains b>a>main a>main; dispose main a b; reload",
    );
}

#[test]
fn an_accepting_import_of_the_same_module_twice_is_one_top() {
    check(
        "main -> a b; a -> c; b -> c; a accepts c; b accepts c",
        &["c", "c"],
        "plan c; tops c; boundaries a via c, b via c; chains c>a; dispose c; reload",
    );
}

#[test]
fn disposal_heeds_edges_at_which_the_walk_stopped() {
    check(
        "main -> a; a -> b c; b self-accepts",
        &["b", "c"],
        "plan b c a(c) main(a); tops main b; boundaries b self; dead ends main; chains b c>a>main; dispose main a b c; reload",
    );
}

#[test]
fn an_unknown_module_is_no_plan() {
    let request =
        PlanRequest { changed: vec![ModuleId(3)], caller: None, unaccepted: Unaccepted::default() };

    let error = plan(&graph("main -> a"), &request).unwrap_err();

    assert_eq!(error.code(), "ERR_SAFE_HOT_UNKNOWN_MODULE");
}

#[test]
fn a_chain_of_ten_thousand_modules_is_planned() {
    let mut graph = ModuleGraph::new();
    let ids: Vec<ModuleId> = (0..10_000).map(|at| graph.intern(&format!("/{at}"))).collect();
    let mut changes: Vec<GraphChange> = ids
        .windows(2)
        .map(|pair| GraphChange::Set { id: pair[0], imports: vec![pair[1]], mentions: vec![] })
        .collect();
    let last = ids[ids.len() - 1];
    changes.push(GraphChange::Set { id: last, imports: vec![], mentions: vec![] });
    changes.push(GraphChange::Root { id: ids[0], root: true });
    graph.apply(&changes).unwrap();
    let request = PlanRequest { changed: vec![last], caller: None, unaccepted: Unaccepted::Reload };

    let plan = plan(&graph, &request).unwrap();

    assert_eq!(plan.dispose_order, ids);
    assert_eq!(plan.chains[0].len(), ids.len());
}

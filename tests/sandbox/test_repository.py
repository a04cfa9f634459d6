"""The repository against real git objects: what is written is what git would read."""

from datetime import UTC, datetime, timedelta

import pytest
from dulwich.errors import NotGitRepository
from dulwich.objects import Blob, Commit, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from bot.sandbox.repository import Change, Repository

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def repository(tmp_path):
    return Repository.create(tmp_path / "git")


@pytest.fixture
def three(repository):
    """Three commits on main."""
    return [
        repository.add({"a.py": b"one\ntwo\n", "data/b.bin": b"\0\1"}, "First\n\nBody.", at=AT),
        repository.add({"a.py": b"one\nthree", "c.md": b"hi\n"}, "Second", at=AT + HOUR),
        repository.add({"data/b.bin": None, "c.md": None}, "Third", at=AT + 2 * HOUR),
    ]


def test_commits_are_told_newest_first_with_all_that_was_said(repository, three):
    first, second, third = three
    assert repository.commits() == [third, second, first]
    assert repository.commits(second.id) == [second, first]
    assert (first.message, first.subject, first.at) == ("First\n\nBody.", "First", AT)
    assert (first.parents, third.parents) == ((), (second.id,))
    assert repository.branches == {"main": third.id}


def test_another_git_reads_the_same(tmp_path, repository, three):
    other = Repo(str(tmp_path / "git"))
    assert other.head().decode() == three[-1].id
    assert [entry.commit.id.decode() for entry in other.get_walker()] == [
        one.id for one in reversed(three)
    ]
    assert other[other.head()].author == b"Lena Ortiz <lena@example.com>"
    assert Repository(tmp_path / "git").commits() == repository.commits()


def test_the_same_input_makes_the_same_ids(tmp_path, three):
    again = Repository.create(tmp_path / "again")
    made = again.add({"data/b.bin": b"\0\1", "a.py": b"one\ntwo\n"}, "First\n\nBody.", at=AT)
    assert made.id == three[0].id


def test_a_commit_is_found_by_branch_id_and_prefix(repository, three):
    first, _, third = three
    assert repository.commit("main") == third
    assert repository.commit(first.id) == repository.commit(first.id[:4].upper()) == first


@pytest.mark.parametrize("ref", ["nothing", "", "abc", "0" * 40, "../main", "main~1"])
def test_what_is_no_commit_is_a_lookup_error(repository, three, ref):
    with pytest.raises(LookupError):
        repository.commit(ref)


def test_the_id_of_a_file_is_no_commit_and_a_shared_prefix_is_none(repository, three, monkeypatch):
    blob = Blob.from_string(b"hi\n")
    with pytest.raises(LookupError, match="0 commits"):
        repository.commit(blob.id.decode())
    ids = [one.id.encode() for one in three]
    monkeypatch.setattr(repository._objects, "iter_prefix", lambda _: iter(ids))
    with pytest.raises(LookupError, match="3 commits"):
        repository.commit("abcd")


def test_changes_say_what_differs(repository, three):
    first, second, third = three
    assert repository.changes(None, first.id) == [
        Change("a.py", "added", 2, 0, "@@ -0,0 +1,2 @@\n+one\n+two"),
        Change("data/b.bin", "added", 0, 0, ""),
    ]
    patch = "@@ -1,2 +1,2 @@\n one\n-two\n+three\n\\ No newline at end of file"
    assert repository.changes(first.id, second.id[:7]) == [
        Change("a.py", "modified", 1, 1, patch),
        Change("c.md", "added", 1, 0, "@@ -0,0 +1 @@\n+hi"),
    ]
    assert repository.changes(second.id, "main") == [
        Change("c.md", "removed", 0, 1, "@@ -1 +0,0 @@\n-hi"),
        Change("data/b.bin", "removed", 0, 0, ""),
    ]
    assert [one.status for one in repository.changes(third.id, first.id)] == ["modified", "added"]
    assert repository.changes("main", third.id) == []


def test_distant_lines_are_two_hunks(repository):
    lines = [b"%d\n" % n for n in range(30)]
    before = repository.add({"n": b"".join(lines)}, "Numbers", at=AT)
    lines[2], lines[25] = b"two\n", b"twenty-five\n"
    after = repository.add({"n": b"".join(lines)}, "Words", at=AT)
    (change,) = repository.changes(before.id, after.id)
    heads = [line for line in change.patch.splitlines() if line.startswith("@@")]
    assert heads == ["@@ -1,6 +1,6 @@", "@@ -23,7 +23,7 @@"]
    assert (change.additions, change.deletions) == (2, 2)


def test_a_checkout_has_the_files_of_its_commit(repository, three, tmp_path):
    repository.checkout(three[0].id, tmp_path / "out")
    assert (tmp_path / "out/a.py").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "out/data/b.bin").read_bytes() == b"\0\1"
    repository.checkout("main", tmp_path / "new" / "est")
    assert [path.name for path in (tmp_path / "new" / "est").rglob("*")] == ["a.py"]
    assert repository.files("main") == {"a.py": b"one\nthree"}


@pytest.mark.parametrize("folders", [[b".."], [b"a", b"..", b".."], [b"link"]])
def test_a_path_that_leads_out_of_the_folder_is_refused(repository, tmp_path, folders):
    """`link` is a symbolic link that was in the folder before."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    store_evil(repository, folders)
    with pytest.raises(ValueError, match="leads out"):
        repository.checkout("evil", folder)
    assert not list(tmp_path.rglob("gotcha"))


def store_evil(repository, folders):
    """A commit as only a hostile git makes it."""
    entry, mode = Blob.from_string(b"evil"), 0o100644
    repository._objects.add_object(entry)
    for name in [b"gotcha", *reversed(folders)]:
        tree = Tree()
        tree.add(name, mode, entry.id)
        repository._objects.add_object(tree)
        entry, mode = tree, 0o040000
    commit = Commit()
    commit.tree, commit.message = entry.id, b"evil"
    commit.author = commit.committer = b"Eve <eve@example.com>"
    commit.author_time = commit.commit_time = commit.author_timezone = commit.commit_timezone = 0
    repository._objects.add_object(commit)
    repository._repo.refs[Ref(b"refs/heads/evil")] = commit.id


def test_a_branch_starts_at_main_and_main_can_move_to_it(repository, three):
    made = repository.add(
        {"d": b"d"}, "On a branch", at=AT, branch="side", author="Bo", email="b@x"
    )
    assert (made.parents, made.author, made.email) == ((three[-1].id,), "Bo", "b@x")
    assert repository.commit("main") == three[-1]
    more = repository.add({"d": None}, "More", at=AT, branch="side")
    assert more.parents == (made.id,)
    repository.move("main", "side")
    assert repository.branches == {"main": more.id, "side": more.id}
    with pytest.raises(LookupError):
        repository.move("main", "nowhere")


def test_what_is_no_repository_is_not_opened(tmp_path):
    with pytest.raises(NotGitRepository):
        Repository(tmp_path)

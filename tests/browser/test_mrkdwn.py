"""What apps write is shown as Slack shows it: mrkdwn, plain text, dates in the reader's zone."""

import pytest
from playwright.sync_api import Page

from playground import Server
from playground import sample_workspace as sample_company
from tests.browser.conftest import watch

SHOWN = """async ([kind, text, options]) => {
  const { mrkdwn, plain } = await import("/page/mrkdwn.js");
  const box = document.createElement("div");
  box.append(kind === "plain" ? plain({ text, ...options }) : mrkdwn(text, options));
  for (const made of box.querySelectorAll("*")) {
    for (const name of ["class", "title", "target", "rel"]) made.removeAttribute(name);
  }
  return box.innerHTML;
}"""


@pytest.fixture(scope="module")
def page(browser):
    """One window for the whole table: Priya's, in Kolkata and English."""
    troubles: list[str] = []
    with Server(sample_company()) as server:
        page = browser.new_page()
        watch(page, troubles)
        page.goto(f"{server.url}/#as=@priya&in=sales")
        page.wait_for_selector("body[data-ready]")
        yield page
        page.close()
    assert [] == troubles


def shown(page: Page, text: str, kind: str = "mrkdwn", **options: object) -> str:
    return str(page.evaluate(SHOWN, [kind, text, options]))


TABLE = [
    ("*bold*", "<strong>bold</strong>"),
    ("_italic_", "<em>italic</em>"),
    ("~gone~", "<s>gone</s>"),
    ("`code`", "<code>code</code>"),
    ("*bold _and italic_ too*", "<strong>bold <em>and italic</em> too</strong>"),
    ("(*bold*), _it_!", "(<strong>bold</strong>), <em>it</em>!"),
    ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
    ("* not bold * ** _ _", "* not bold * ** _ _"),
    ("*open", "*open"),
    ("*no\nbold*", "*no<br>bold*"),
    ("`*raw* &lt;b&gt; :tada:`", "<code>*raw* &lt;b&gt; :tada:</code>"),
    ("a\nb", "a<br>b"),
    ("&gt; one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote>three"),
    ("> *one*", "<blockquote><strong>one</strong></blockquote>"),
    ("see\n```\n*x* <y>\n```\nend", "see<pre>*x* &lt;y&gt;</pre>end"),
    ("a ``` b", "a ``` b"),
    ("&amp;lt; &lt;b&gt; &quot;", "&amp;lt; &lt;b&gt; &amp;quot;"),
    ("<https://a.example>", '<a href="https://a.example/">https://a.example</a>'),
    ("<https://a.example|*A* &amp; B>", '<a href="https://a.example/">*A* &amp; B</a>'),
    ("*<https://a.example|A>*", '<strong><a href="https://a.example/">A</a></strong>'),
    ("at https://a.example/x_y_z.", 'at <a href="https://a.example/x_y_z">https://a.example/x_y_z</a>.'),
    ("<mailto:a@b.example|a@b.example>", '<a href="mailto:a@b.example">a@b.example</a>'),
    ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ("<!channel> <!here|here>", "<span>@channel</span> <span>@here</span>"),
    ("<b>bold</b> <!--", "&lt;b&gt;bold&lt;/b&gt; &lt;!--"),
    (":tada: :+1: :nothing_like_it:", "🎉 👍 :nothing_like_it:"),
    ("10:30:45", "10:30:45"),
    ("<!date^1772701200^{date_num} {time}|then>", "<time>2026-03-05 14:30</time>"),
    ("<!date^1772701200^{date_long}|then>", "<time>Thursday, 5 March 2026</time>"),
    ("<!date^0^{date_short}^https://a.example|x>", '<a href="https://a.example/">1 Jan 1970</a>'),
    ("<!date^soon^{date}|then>", "<time>then</time>"),
    ("<@U0NOBODY|gone>", "<span>@gone</span>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "html"), TABLE, ids=[text for text, _ in TABLE])
def test_mrkdwn_is_shown_as_slack_shows_it(page, text, html):
    """Formatting goes where Slack puts it, and nowhere else."""
    assert html == shown(page, text)


def test_mentions_are_names(page):
    """People, groups and channels are called by the names people know."""
    ids = page.evaluate(
        """async () => {
          const { store } = await import("/page/store.js");
          const known = (kind, by, name) => [...store[kind].values()].find((x) => x[by] === name);
          return [
            known("users", "handle", "aino").id,
            known("groups", "handle", "nordic-sales").id,
            known("channels", "name", "sales").id,
          ];
        }"""
    )
    text = "<@{}> <!subteam^{}> <#{}>".format(*ids)

    written = '<span>@aino</span> <span>@nordic-sales</span> <a href="#in=sales">#sales</a>'
    assert written == shown(page, text)


def test_verbatim_text_makes_no_links(page):
    """Where an app asks for it, an address stays text."""
    assert "see https://a.example now" == shown(page, "see https://a.example now", verbatim=True)


def test_plain_text_is_never_formatted(page):
    """Only the names of emoji are drawn in plain_text, and not even they where it says so."""
    text = "*a* _b_ <@U1> &amp; <https://a.example|A> :tada:"
    same = "*a* _b_ &lt;@U1&gt; &amp;amp; &lt;https://a.example|A&gt; "

    assert f"{same}🎉" == shown(page, text, "plain")
    assert f"{same}:tada:" == shown(page, text, "plain", emoji=False)

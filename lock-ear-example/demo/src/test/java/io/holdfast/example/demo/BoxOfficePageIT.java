// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stories of the page, with real nodes, in a real browser. */
@Timeout(300)
class BoxOfficePageIT {

    private static final List<String> NODES = List.of("node1", "node2");
    private static final Path PICTURES = Path.of("target", "pictures");

    private static final int MOST_FRAMES = 40;

    /** Without the lock nobody knows what happens. */
    private static final int MOST_STAMPEDES = 5;

    private static Browser browser;
    private static DemoProcess demo;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.open().orElse(null);
        if (browser == null) {
            System.out.println("NOTICE: the page is not tested, since Chromium and chromedriver are not installed");
        }
        assumeTrue(browser != null, "Chromium and chromedriver are not installed");
        demo = DemoProcess.start("wildfly,wildfly");
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (browser != null) {
            browser.close();
        }
        if (demo != null) {
            List<ProcessHandle> children = demo.children();
            demo.close();
            assertEquals(
                    List.of(), children.stream().filter(ProcessHandle::isAlive).toList(), "nothing is left");
        }
    }

    @BeforeEach
    void openPage() {
        browser.show(Browser.WIDE, false);
        browser.open(demo.page(0));
        NODES.forEach(BoxOfficePageIT::awaitRunning);
        browser.await("somebody has the till", page -> page.has("li.node[data-till=true]"));
    }

    @AfterEach
    void nothingIsBroken() {
        for (String node : NODES) {
            for (String remedy : List.of("#restore-", "#thaw-", "#start-")) {
                if (browser.find(remedy + node).isDisplayed()) {
                    browser.press(remedy + node);
                }
            }
        }
        NODES.forEach(BoxOfficePageIT::awaitRunning);
        assertEquals(List.of(), browser.errors());
    }

    private static void awaitRunning(String node) {
        browser.await(
                node + " runs",
                page -> page.has("#node-" + node) && page.state("#node-" + node).equals("running"));
    }

    /** The node that has the till now. */
    private static String holder() {
        return browser.has("li.node[data-till=true]")
                ? browser.find("li.node[data-till=true]").getAttribute("id").substring("node-".length())
                : "nobody";
    }

    private static void useLock(boolean use) {
        if (browser.find("#use-lock").isSelected() != use) {
            browser.press("#use-lock");
        }
        browser.await("the lock is switched", page -> page.find("#use-lock").isSelected() == use);
    }

    @Test
    @DisplayName("story 1: without the lock the report runs twice, with it once")
    void shouldRunOnce() throws Exception {
        useLock(false);
        browser.await("a tick ran twice", page -> page.state("#doubles").equals("bad"));
        assertTrue(browser.text("#doubles").contains("twice"), browser.text("#doubles"));
        browser.takePicture(PICTURES, "twice");
        browser.assertAccessible("a tick ran twice");

        useLock(true);

        browser.await(
                "a tick ran once",
                page -> page.state("#runs-body tr:first-child").equals("once")
                        && page.text("#runs-body tr:first-child td:last-child").equals("on"));
    }

    @Test
    @DisplayName("story 2: a stampede oversells without the lock, and sells exactly 20 seats with it")
    void shouldNotOversell() throws Exception {
        useLock(false);
        int stampedes = 0;
        do {
            stampede("off");
            stampedes++;
        } while (!browser.state("#sold").equals("bad") && stampedes < MOST_STAMPEDES);
        assertEquals("bad", browser.state("#sold"));
        browser.takePicture(PICTURES, "oversold");
        browser.assertAccessible("oversold");

        useLock(true);
        filmStampede();
        stampede("on");

        assertEquals("20 of 20", browser.text("#sold"));
        assertEquals("180", browser.text("#refused"));
        assertEquals("0", browser.text("#oversold"));
        assertTrue(browser.text("#figures").matches("(?s).*p50 .*p95 .*p99 .*"), browser.text("#figures"));
        browser.takePicture(PICTURES, "box-office");
        looksGood("after a stampede");
    }

    /** The chart grows while the buyers are served. */
    private static void filmStampede() throws IOException, InterruptedException {
        Animation film = new Animation();
        browser.press("#stampede");
        int frames = 0;
        do {
            film.add(browser.picture("#show"), 400);
            frames++;
            TimeUnit.MILLISECONDS.sleep(150);
        } while (!(browser.state("#show").equals("done")
                        && browser.text("#sold").equals("20 of 20"))
                && frames < MOST_FRAMES);
        film.add(browser.picture("#show"), 3_000);
        film.write(PICTURES.resolve("stampede.gif"));
        assertTrue(frames > 1, "the page was seen while the buyers were served");
    }

    private static void stampede(String lock) {
        String before = browser.text("#contrast-" + lock);
        browser.press("#stampede");
        browser.await(
                "the buyers were served",
                page -> !page.text("#contrast-" + lock).equals(before)
                        && page.state("#show").equals("done"));
    }

    @Test
    @DisplayName("story 3: a killed node loses the till to the other node, and can be started again")
    void shouldTakeOverFromKilledNode() throws Exception {
        String killed = holder();
        browser.press("#kill-" + killed);

        awaitTakeover(killed, "killed");
        browser.takePicture(PICTURES, "takeover");
        looksGood("after a takeover");
        browser.press("#start-" + killed);
        awaitRunning(killed);
    }

    private static void awaitTakeover(String loser, String how) {
        browser.await(
                "another node took over",
                page -> page.state("#takeover").equals("good")
                        && page.text("#takeover").contains(loser)
                        && page.text("#takeover").contains(how));
        assertTrue(browser.text("#takeover").matches("(?s).* ms.*|.* s.*"), browser.text("#takeover"));
        browser.await("the other node has the till", page -> !holder().equals(loser));
    }

    @Test
    @DisplayName("story 3: a page whose own node dies says so, links to the other node, and goes on")
    void shouldSurviveItsOwnNode() throws Exception {
        browser.press("#kill-node1");
        browser.await("the banner is there", page -> page.find("#banner").isDisplayed());

        assertTrue(browser.text("#banner").contains("node1"), browser.text("#banner"));
        browser.await("a link to the other node", page -> page.has("#open-node2"));
        assertEquals(demo.page(1), browser.find("#open-node2").getAttribute("href"));
        browser.takePicture(PICTURES, "own-node-dead");
        looksGood("the own node is dead");
        browser.await("the other node has the till", page -> page.has("#node-node2[data-till=true]"));
    }

    @Test
    @DisplayName("story 3: a frozen node is replaced, and after it is thawed its late write is refused by its token")
    void shouldRefuseLateWrite() throws Exception {
        String frozen = holder();
        browser.press("#freeze-" + frozen);
        awaitTakeover(frozen, "frozen");
        looksGood("a node is frozen");

        browser.press("#thaw-" + frozen);

        browser.await(
                "its late write was refused",
                page -> page.text("#refused-write").contains(frozen)
                        && page.text("#refused-write").contains("refused"));
        browser.takePicture(PICTURES, "late-write");
    }

    @Test
    @DisplayName("story 3: a node whose network is cut is replaced, and comes back")
    void shouldTakeOverFromCutNode() {
        String cut = holder();
        browser.press("#cut-" + cut);
        awaitTakeover(cut, "cut off");

        browser.press("#restore-" + cut);

        awaitRunning(cut);
    }

    @Test
    @DisplayName("story 3: an operator ends the session of the holder, and another node takes over")
    void shouldEndHolder() {
        String ended = holder();
        browser.press("#end-till");
        awaitTakeover(ended, "ended");
    }

    private static void looksGood(String situation) {
        for (boolean dark : List.of(false, true)) {
            for (int width : List.of(Browser.WIDE, Browser.NARROW)) {
                browser.show(width, dark);
                String view = situation + (dark ? ", dark, " : ", light, ") + width + " pixels";
                browser.assertAccessible(view);
                assertEquals(0, browser.overhang(), view);
            }
        }
        browser.show(Browser.WIDE, false);
    }

    @Test
    @DisplayName("the page can be read and used at its start, in light and dark, wide and narrow")
    void shouldBeAccessible() throws Exception {
        looksGood("at its start");
        browser.show(Browser.WIDE, true);
        browser.takePicture(PICTURES, "dark");
        browser.show(Browser.NARROW, false);
        browser.takePicture(PICTURES, "narrow");
    }
}

// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting
@testable import ggipc

@Suite("Sequence charts", .timeLimit(.minutes(1)))
struct ChartTests {
    @Test("As text: who says what, with the operation of each stream, no line too long and no token")
    func text() async throws {
        let session = try TestFiles.session("lite-python-notify")
        let path = TestFiles.recording("lite-python-notify")
        let result = try await Tool.run("decode", "--chart", path, environment: ["COLUMNS": "90"])
        #expect(result.status == .exited(0))
        #expect(result.lines.count == 2 + session.entries.count)
        #expect(result.lines.allSatisfy { $0.count <= 90 })
        #expect(result.lines[0] == "connection 1")
        #expect(result.lines[2].contains("├─ CONNECT {\"authToken\"") && result.lines[2].hasSuffix("▶│"))
        #expect(result.lines[3].contains("│◀") && result.lines[3].hasSuffix("CONNECT_ACK accepted ─┤"))
        #expect(result.text.contains("#1 SubscribeToIoTCore {") && result.text.contains("#1 IoTCoreMessage {"))
        #expect(result.text.contains("#1 ends SubscribeToIoTCore [TERMINATE]"))
        let token = try #require(session.token(of: 1))
        #expect(!result.text.contains(token))
    }

    @Test("Coloured when told to")
    func colours() async throws {
        let path = TestFiles.recording("classic-js-bad-token")
        let result = try await Tool.run("decode", "--chart", "--color=always", path)
        #expect(result.text.contains("\u{1B}[31m│◀"), "a refused CONNECT is red")
    }

    @Test("As a page: a browser shows every frame, unfolds it, and gets no token to see")
    func page() async throws {
        try await withDirectory { directory in
            let page = directory + "/session.html"
            let path = TestFiles.recording("classic-js-notify")
            let made = try await Tool.run("decode", "--html", page, path)
            #expect(made.status == .exited(0) && made.output.isEmpty)
            let source = String(decoding: try Files.read(page), as: UTF8.self)
            #expect(!source.contains("http://") && !source.contains("https://"), "it needs nothing from elsewhere")
            let browser = try Browser.find()
            let dom = try await browser.dom(of: page, directory: directory)
            // This the page's script has written, after it had counted what there is.
            #expect(dom.contains(">13 of 13 shown</output>"))
            #expect(dom.contains("<b>SubscribeToIoTCore</b>") && dom.contains("6 events"))
            #expect(dom.contains("2 CONNECT") == false && dom.contains("4 CONNECT"))
            let token = try #require(try TestFiles.session("classic-js-notify").token(of: 1))
            #expect(!dom.contains(token))
            let picture = try await browser.picture(of: page, directory: directory)
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture.count > 10_000)
        }
    }

    @Test("What a peer sent cannot get out of its place in the page")
    func hostile() throws {
        let text = #"{"a":"</script><img src=x onerror=alert(1)>'\"&"}"#
        let capture = Capture(Array(#"{"ms":0,"connection":1,"from":"client","partial":"00"}"#.utf8))
        let page = HTMLPage(title: "<b>&\"'").text(capture.items, failure: Capture.Failure(description: text))
        #expect(!page.contains("<img") && !page.contains("<b>&"))
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;&#39;"))
    }
}

/// A real browser, without a window.
private struct Browser {
    let path: String

    static func find() throws -> Browser {
        let folders = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"]
        let names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
        for folder in folders {
            for name in names where Files.isExecutable("\(folder)/\(name)") {
                return Browser(path: "\(folder)/\(name)")
            }
        }
        throw Missing(description: "there is no Chromium to look at the page with; dev/setup --tests installs it")
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private func run(_ arguments: [String], _ directory: String) async throws -> ToolResult {
        let common = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--user-data-dir=\(directory)/profile",
        ]
        return try await EventLoop.with { loop in
            let environment = ["HOME": directory]
            return try await RunningTool.start(common + arguments, program: path, environment: environment, on: loop)
                .end()
        }
    }

    func dom(of page: String, directory: String) async throws -> String {
        try await run(["--dump-dom", "file://\(page)"], directory).text
    }

    func picture(of page: String, directory: String) async throws -> [UInt8] {
        _ = try await run(
            ["--screenshot=\(directory)/page.png", "--window-size=1200,900", "file://\(page)"],
            directory
        )
        return try Files.read(directory + "/page.png")
    }
}

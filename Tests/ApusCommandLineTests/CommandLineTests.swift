import ApusCommandLine
import ApusFiles
import ApusText
import Glibc
import TestSupport
import Testing

@Suite struct NumberTests {
    @Test func readsIntegers() throws {
        #expect(try parseInteger("17", in: 1...100) == 17)
        #expect(try parseInteger("-5", in: -5...5) == -5)
    }

    @Test(arguments: [
        ("x", "'x' is not a whole number from 1 to 100"), ("", "'' is not a whole number from 1 to 100"),
        ("1.5", "'1.5' is not a whole number from 1 to 100"), ("10 ", "'10 ' is not a whole number from 1 to 100"),
        ("0", "0 is too small: give a whole number from 1 to 100"),
        ("101", "101 is too large: give a whole number from 1 to 100"),
        ("99999999999999999999", "99999999999999999999 is too large: give a whole number from 1 to 100"),
    ])
    func refusesWhatIsNoInteger(text: String, message: String) {
        let error = #expect(throws: UsageError.self) { try parseInteger(text, in: 1...100) }
        #expect(error?.description == message)
    }

    @Test func writesSizes() {
        #expect(formatSize(0) == "0 B")
        #expect(formatSize(999) == "999 B")
        #expect(formatSize(18816) == "18 KiB")
        #expect(formatSize(3 << 29) == "1.5 GiB")
    }

    @Test func writesForPeople() {
        #expect(formatCount(0) == "0" && formatCount(999) == "999")
        #expect(formatCount(1234567) == "1,234,567" && formatCount(-1000) == "-1,000")
        #expect(formatDuration(7.4) == "0:07" && formatDuration(754) == "12:34" && formatDuration(3723) == "1:02:03")
        #expect(formatDuration(.infinity) == "-:--")
        #expect(formatDecimal(0.03125, digits: 4) == "0.0313" && formatDecimal(-12.5, digits: 1) == "-12.5")
        #expect(formatDecimal(0.999, digits: 2) == "1.00" && formatDecimal(-0.001, digits: 2) == "0.00")
        #expect(formatDecimal(.nan, digits: 2) == "nan" && formatDecimal(5, digits: 0) == "5")
    }
}

@Suite struct TextTests {
    @Test func untrustedTextCannotControlTheTerminal() {
        #expect(printable("plain name.png") == "plain name.png")
        #expect(printable("Größe 数.png") == "Größe 数.png")
        #expect(printable("a\u{1B}[31mb\n") == "a\u{FFFD}[31mb\u{FFFD}")
        #expect(printable("a\0b\tc") == "a\u{FFFD}b c")
        #expect(printable("\u{202E}gnp.exe") == "\u{FFFD}gnp.exe")
        #expect(printable("\u{9B}2J") == "\u{FFFD}2J")
    }

    @Test func stylesOnlyWhereAllowed() {
        func terminal(_ variables: [String: String], interactive: Bool = true) -> Terminal {
            Terminal(isInteractive: interactive, environment: { variables[$0] })
        }
        #expect(terminal(["TERM": "xterm"]).styled("x", .red) == "\u{1B}[31mx\u{1B}[0m")
        #expect(terminal(["TERM": "xterm", "NO_COLOR": "1"]).styled("x", .red) == "x")
        #expect(terminal(["TERM": "xterm", "NO_COLOR": ""]).hasColor)
        #expect(!terminal(["TERM": "dumb"]).isInteractive)
        #expect(!terminal(["TERM": "xterm"], interactive: false).hasColor)
        #expect(terminal([:], interactive: false).width == 80)
    }

    @Test func progressFitsItsLine() {
        let line = ProgressBar.line(
            title: "epoch 3/20", done: 30000, total: 60000, loss: 0.03125, seconds: 2, width: 90)
        #expect(
            line == "epoch 3/20 " + String(repeating: "━", count: 16) + String(repeating: "─", count: 16)
                + "  50%  loss 0.0313  15,000 images/s  0:02 left")
        for width in 0..<200 {
            for (done, total) in [(0, 0), (0, 10), (10, 10), (11, 10)] {
                let line = ProgressBar.line(
                    title: "epoch", done: done, total: total, loss: .nan, seconds: 0, width: width)
                #expect(line.count <= max(width - 1, 0))
            }
        }
    }
}

@Suite struct ProcessTests {
    @Test func titleIsSeenByOthers() throws {
        let arguments = CommandLine.arguments
        ProcessTitle.set("apus 7% of it %s")
        let title = try readFile("/proc/self/cmdline", limit: 1 << 20).prefix { $0 != 0 }
        #expect(String(decoding: title, as: UTF8.self) == "apus 7% of it %s")
        #expect(CommandLine.arguments == arguments)
    }

    @Test func oneRunHasOneTrainer() throws {
        let place = TestFolder()
        let folder = place.path
        do {
            let lock = try RunLock(folder: folder)
            let error = #expect(throws: FileError.self) { _ = try RunLock(folder: folder) }
            let holder = String(decoding: try readFile(lock.path), as: UTF8.self).dropLast()
            #expect(
                error?.description
                    == "\(folder)/lock: another trainer (\(holder)) writes this run; "
                    + "wait for it, or choose another folder")
            var host = utsname()
            uname(&host)
            let name = withUnsafeBytes(of: &host.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            #expect(holder.hasPrefix("process \(getpid()) on \(name), since 2"))
            #expect(try holder.contains(Regex(", since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}$")))
        }
        #expect(!fileExists("\(folder)/lock"))
        _ = try RunLock(folder: folder)
        let error = #expect(throws: FileError.self) { _ = try RunLock(folder: "\(folder)/none") }
        #expect(error?.problem == "can't lock it: No such file or directory")
        // What a killed process leaves behind stops nobody, whatever is in it.
        try writeFile(Array("process 1 on elsewhere, since long ago\n".utf8), to: "\(folder)/lock")
        _ = try RunLock(folder: folder)
    }
}

@Suite struct ShellCommandTests {
    @Test(arguments: [
        (["a", "--b=c/d.e", "x:1,2", "+5%@_"], "a --b=c/d.e x:1,2 +5%@_"), (["", "a b", "~"], "'' 'a b' '~'"),
        (["conv*", "$HOME", "it's"], "'conv*' '$HOME' 'it'\\''s'"), (["größe"], "'größe'"),
        (["a\nb'c\\", "\u{200E}"], "$'a\\012b\\047c\\134' $'\\342\\200\\216'"),
    ])
    func words(words: [String], command: String) throws {
        #expect(shellCommand(words) == command)
        // What a shell makes of it are the words again.
        let folder = TestFolder()
        let script = try folder.write("script", "printf '%s\\0' \(command) > \(folder.file("words"))\n")
        #expect(system("bash \(script)") == 0)
        let found = try readFile(folder.file("words")).split(separator: 0, omittingEmptySubsequences: false).dropLast()
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == words)
    }
}

import ApusFiles
import Glibc

/// What a page says of the machine that it was made on.
package enum SystemFacts {
    /// Names and values: the processor, and the system.
    package static var list: [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = []
        if let processor { facts.append(("processor", processor)) }
        var names = utsname()
        if unsafe uname(&names) == 0 {
            facts.append(
                (
                    "system",
                    "\(text(names.sysname)) \(text(names.release)) on \(text(names.machine))"
                ))
        }
        return facts
    }

    /// Its name, as the system has it.
    private static var processor: String? {
        guard let bytes = try? readFile("/proc/cpuinfo", limit: 1 << 22) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " }) }
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

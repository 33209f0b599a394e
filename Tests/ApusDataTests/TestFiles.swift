import ApusData
import ApusFiles
import Glibc

/// All bytes of a file.
func readAll(_ path: String) throws -> [UInt8] { try readFile(path) }

/// The text of the error that the body throws; empty where it throws none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch { return "\(error)" }
}

/// The folder with the real data sets (`mnist`, `fashion-mnist`), or nil where there is none.
let realData: String? = getenv("APUS_DATA").map { String(cString: $0) }.flatMap { isFolder($0) ? $0 : nil }

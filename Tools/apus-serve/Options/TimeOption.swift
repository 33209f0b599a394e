import ApusServing
import ArgumentParser

/// Reads an option's time, as nanoseconds.
@Sendable
func nanoseconds(_ text: String) throws -> UInt64 {
    guard let time = parsedTime(text) else {
        throw ValidationError("'\(text)' is no time up to a day; write 200us, 5ms, 30s or 2m")
    }
    return time
}

import ApusGraph

/// A name in which `*` stands for any letters, or none, and `?` for one.
package struct NamePattern: Sendable, Hashable {
    package let text: String
    private let letters: [Character]

    package init(_ text: String) {
        self.text = text
        letters = Array(text)
    }

    /// O(length of the pattern × length of the name).
    package func matches(_ name: String) -> Bool {
        let name = Array(name)
        var (place, letter) = (0, 0)
        // The last star, and the letters that it stands for so far.
        var star: (place: Int, end: Int)?
        while letter < name.count {
            if place < letters.count, letters[place] == "*" {
                star = (place, letter)
                place += 1
            } else if place < letters.count, letters[place] == "?" || letters[place] == name[letter] {
                place += 1
                letter += 1
            } else if let last = star {
                star = (last.place, last.end + 1)
                place = last.place + 1
                letter = last.end + 1
            } else {
                return false
            }
        }
        return letters[place...].allSatisfy { $0 == "*" }
    }

    /// The names of which a part is written nearly like what the pattern says, the nearest first.
    func near(_ names: [String]) -> [String] {
        let said = letters.filter { $0 != "*" && $0 != "?" }
        let limit = max(1, said.count / 3)
        // A letter or two are like anything.
        guard said.count >= 3 else { return [] }
        let distances = names.map { name in
            let name = Array(name)
            let starts = 0...max(0, name.count - said.count)
            return starts.reduce(Int.max) { best, start in
                let part = String(name[start..<min(name.count, start + said.count)])
                return min(best, editDistance(String(said), part))
            }
        }
        return distances.indices.filter { distances[$0] <= limit }
            .sorted { (distances[$0], $0) < (distances[$1], $1) }.map { names[$0] }
    }
}

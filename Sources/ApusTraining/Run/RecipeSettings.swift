/// The settings of a recipe, as a checkpoint has them: a text that only this module writes.
package enum RecipeSettings {
    /// Names and values, in the order of the text. What has no name that is known goes by its first word.
    package static func settings(of recipe: String) -> [(name: String, value: String)] {
        var settings: [(name: String, value: String)] = []
        for part in parts(of: recipe) {
            var (name, value) = setting(part)
            // It is that of what stands before it: of the model, of the samples.
            if name == "digest", let last = settings.last { name = "\(last.name) digest" }
            if name == "target" { name = "target score" }
            value = bare(value)
            settings.append((name, value))
        }
        return settings
    }

    private static func setting(_ part: String) -> (String, String) {
        if let name = names.first(where: { part.hasPrefix($0 + " ") }) {
            return (name, String(part.dropFirst(name.count + 1)))
        }
        let words = part.split(separator: " ", maxSplits: 1).map(String.init)
        // `2 batches a step`, `240 + 60 samples`: the number stands first.
        if let first = words.first, Int(first) != nil, words.count > 1 {
            let number = part.prefix { $0.isNumber || $0 == " " || $0 == "+" }
            return (String(part.dropFirst(number.count)), String(number.reversed().drop { $0 == " " }.reversed()))
        }
        return (words.first ?? "", words.count > 1 ? words[1] : "")
    }

    /// Those that are of several words.
    private static let names = ["learning rate", "maximum norm", "evaluation every"]

    /// A value without the name of its type: `shift: 0.0` of `Augmentation(shift: 0.0)`, `automatic` of `Loss(rawValue: "automatic")`.
    private static func bare(_ value: String) -> String {
        guard value.first?.isUppercase ?? false, value.last == ")", let open = value.firstIndex(of: "(") else {
            return value
        }
        let inner = value[value.index(after: open)...].dropLast()
        return inner.hasPrefix("rawValue: \"") ? String(inner.dropFirst(11).dropLast()) : String(inner)
    }

    /// What stands between commas and semicolons that are in no brackets.
    private static func parts(of recipe: String) -> [String] {
        var parts = [""]
        var depth = 0
        for character in recipe {
            switch character {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            default: break
            }
            if (character == "," || character == ";") && depth == 0 {
                parts.append("")
            } else if !(character == " " && parts[parts.count - 1].isEmpty) {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.filter { !$0.isEmpty }
    }
}

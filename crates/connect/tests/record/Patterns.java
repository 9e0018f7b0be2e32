import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What java.util.regex does with patterns, replacements and texts: one of each a line, with tabs between. */
public final class Patterns {
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        ObjectMapper json = new ObjectMapper();
        try (PrintStream out = new PrintStream(folder.resolve("patterns.jsonl").toFile(), StandardCharsets.UTF_8)) {
            for (String line : Files.readAllLines(folder.resolve("patterns.txt"))) {
                String[] parts = line.split("\t", -1);
                String text = parts[2].replace("<n>", "\n").replace("<r>", "\r").replace("<ls>", "\u2028");
                ObjectNode one = json.createObjectNode().put("pattern", parts[0]).put("replacement", parts[1]).put("text", text);
                try {
                    Matcher matcher = Pattern.compile(parts[0]).matcher(text);
                    one.put("becomes", matcher.matches() ? matcher.replaceFirst(parts[1]) : null);
                } catch (RuntimeException refused) {
                    one.put("refused", true);
                }
                out.println(json.writeValueAsString(one));
            }
        }
    }
}

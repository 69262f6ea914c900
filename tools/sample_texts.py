"""The people of the sample community, what they post, and what they write to each other.

All of it is invented. `language` says who could have written it: tools/sample.py picks the author among those who speak it.
"""

from typing import NamedTuple


class Post(NamedTuple):
    title: str
    text: str = ""
    url: str | None = None
    language: str = "en"


class Conversation(NamedTuple):
    """What two people say, in turns. The second one wrote the post whose title is `about`, if that is given."""

    lines: tuple[str, ...]
    language: str = "en"
    about: str = ""


# Who they are, the liveliest first, and what they speak beside English.
USERS: dict[str, str] = {
    "marta_k": "pl", "oldgregor": "", "jonas_b": "de", "teawithmilk": "", "priya-s": "hi", "sixstring": "", "lucie_m": "fr",
    "halfpast9": "", "kenji_t": "ja", "moss-and-fern": "", "ElenaR": "es", "bikeshed": "", "ingrid": "sv", "dmitri_v": "ru",
    "papercut": "", "anneke": "de", "TomasN": "es", "quietcar": "", "yuki_no_hon": "ja", "f_stop": "", "camille": "fr",
    "sourdough_sam": "", "beatriz-c": "pt", "nightowl42": "", "wojtek": "pl", "minji": "ko", "tab_or_space": "", "lars_e": "sv",
    "rhubarb": "", "OmarH": "ar", "third_drawer": "", "sofia": "pt", "heikki": "fi", "longwayround": "", "gabi_w": "de",
    "mapfold": "", "vera_p": "ru", "noor": "ar", "kettle": "", "pascal_d": "fr",
}

# They signed up, and left again without a word.
LEAVERS = ("just_looking", "temp-2931")

POSTS: dict[str, list[Post]] = {
    "cooking": [
        Post("My starter is finally alive after three failed attempts",
             "First two went mouldy, the third one just sat there like wallpaper paste. What changed: wholemeal rye instead of white "
             "flour, and I stopped keeping it on the windowsill. Turns out 17 degrees at night is not \"a warm place\"."),
        Post("What do you do with half a bunch of parsley?",
             "Every recipe wants two tablespoons and the shop sells a small shrub. I've frozen it, I've made gremolata, I've pretended I "
             "like tabbouleh. Ideas please."),
        Post("Cast iron: I washed it with soap for a year, here is the pan",
             "Nothing happened. It's black, it's slick, the eggs slide. Modern washing-up liquid has no lye in it. Please stop scaring "
             "people away from a good pan."),
        Post("The Maillard reaction, properly explained", url="https://en.wikipedia.org/wiki/Maillard_reaction"),
        Post("Spätzle ohne Hobel, geht das wirklich?",
             "Meine Oma hat den Teig vom Brett geschabt, bei mir wird daraus ein einziger Klumpen. Liegt es am Teig (400 g Mehl, 4 Eier, "
             "etwas Mineralwasser) oder an mir?", language="de"),
        Post("Unpopular opinion: pasta water does very little",
             "I made the same cacio e pepe four times, twice with plain hot water and a pinch of starch. Nobody at the table could tell. "
             "The pecorino being finely grated mattered ten times more."),
        Post("Is there any point in a garlic press?", "Asking before I throw it out. Cleaning it takes longer than chopping would have."),
        Post("Ma grand-mère mettait de la chicorée dans le bœuf bourguignon",
             "Une cuillère à café, pas plus, juste avant de servir. Personne dans la famille ne sait d'où ça vient. Quelqu'un connaît ?",
             language="fr"),
        Post("Cooking for one without eating the same soup for six days",
             "What works for me: cook the base (onions, lentils, stock) on Sunday, freeze it flat in bags, and finish it differently each "
             "time. Coconut milk on Tuesday, lemon and spinach on Thursday. Same pot, and it doesn't feel like a punishment."),
        Post("だしを取った後の昆布、どうしていますか",
             "毎回捨てるのがもったいなくて、佃煮にしてみたのですが少し硬くなりました。コツがあれば教えてください。", language="ja"),
        Post("Dashi, for those who asked in the ramen thread", url="https://en.wikipedia.org/wiki/Dashi"),
        Post("Tortilla: ¿con o sin cebolla?",
             "Con. Pero quiero oír los argumentos de los que están equivocados.", language="es"),
        Post("I weighed my \"cup of flour\" ten times",
             "118 g, 131, 124, 142 (!), 120, 127, 119, 138, 125, 122. Same cup, same bag, same person. Buy a scale, they cost less than "
             "the butter for one cake."),
        Post("Rescued an oversalted stew, tell me why it worked",
             "Not the potato trick, I tried that years ago and got salty potatoes. I added a tin of tomatoes and a spoon of sugar, and it "
             "came back. Dilution, or does acid hide salt?"),
        Post("Knife sharpening for people who are afraid of it",
             "One cheap 1000 grit stone, ten minutes, a marker pen on the edge so you see where you're grinding. That's all. I did a "
             "whole drawer of charity shop knives this way."),
        Post("Pierogi: ile odpoczywa wasze ciasto?",
             "Mama mówi pół godziny, teściowa mówi że wcale, a internet mówi wszystko naraz. U mnie po godzinie wałkuje się najlepiej.",
             language="pl"),
        Post("What's the one spice you bought once and never finished?",
             "Mine is asafoetida. The jar is inside a bag, inside another jar, and I can still smell it."),
        Post("Mrs Beeton on how long to boil a carrot (up to two and a quarter hours)",
             url="https://en.wikipedia.org/wiki/Mrs_Beeton%27s_Book_of_Household_Management"),
        Post("Feijoada no meio da semana: heresia ou solução?",
             "Panela de pressão, quarenta minutos, feijão de molho desde a noite anterior. Minha tia não pode saber.", language="pt"),
    ],
    "bicycles": [
        Post("What I learned from a winter without a car",
             "Three things. Waterproof trousers matter more than a waterproof jacket. Mudguards should be longer than you think. And "
             "nobody at work cares about your hair as much as you do."),
        Post("Creak that only appears uphill, in the rain, on Tuesdays",
             "Replaced: bottom bracket, pedals, chainring bolts. It was the seatpost. It's always the seatpost."),
        Post("Sheldon Brown's gear calculator is still the best page on the web", url="https://www.sheldonbrown.com/gears/"),
        Post("How do you carry a laptop without a sweaty back?", "Panniers get me laughed at by colleagues, but I'm leaning that way. "
             "Anyone with experience of the ones that turn into a shoulder bag?"),
        Post("Radweg endet im Nichts, Folge 47",
             "Heute: neu gebaut, frisch rot markiert, 80 Meter lang, dann ein Poller und eine Hecke. Ich habe die Stadt angeschrieben und "
             "sogar eine Antwort bekommen: \"Der Anschluss ist in Planung.\"", language="de"),
        Post("Chain waxing, one year later",
             "Pros: clean hands, quiet, chain still under 0.25 % after 4,000 km. Cons: a slow cooker in the shed that my partner must "
             "never use for food. I'm not going back."),
        Post("Kid just learned to ride, I may have cried",
             "No stabilisers, straight from a balance bike. She went once around the pond, stopped, said \"obviously\" and asked for ice "
             "cream."),
        Post("Paris–Brest–Paris: 1,200 km in 90 hours, and people do it for fun",
             url="https://en.wikipedia.org/wiki/Paris%E2%80%93Brest%E2%80%93Paris"),
        Post("Quel antivol pour une cave d'immeuble ?",
             "Deux vols en six mois, à chaque fois le câble coupé net. Je pense à un U plus un ancrage au mur, mais la copro doit donner "
             "son accord.", language="fr"),
        Post("Stop buying bikes that are too big for you", "The shop had it in stock and it was 20 % off. My neck paid the rest."),
        Post("Map of cycle routes on top of OpenStreetMap", url="https://www.opencyclemap.org/"),
        Post("Commute by the numbers: 212 days, 4 punctures, 1 goose",
             "11.5 km each way. All four punctures between October and December (hedge cutting). The goose was in May and it won."),
        Post("Is a dynamo hub worth it in a city with street lights?",
             "I keep forgetting to charge my lights, that's my whole case for it. 200 for the wheel seems a lot for not having to remember "
             "something."),
        Post("Vintercykling: dubbdäck bak också, eller räcker fram?",
             "Har kört med dubb bara fram i två år. I måndags låg jag på rygg i en rondell och tänkte om.", language="sv"),
        Post("The bike shop fixed it and wouldn't take any money",
             "Cable had jumped off its guide, thirty seconds of work. I came back with cake. This is how you get a customer for life."),
        Post("Tubeless on a commuter: convince me", "I don't race and I don't ride gravel. I just hate changing a tube at 7:40 in the dark."),
        Post("Rower cargo zamiast drugiego auta, pierwsze pół roku",
             "Zakupy, przedszkole, raz nawet pralka (w dół). Największy problem: gdzie to trzymać. Największe zaskoczenie: dzieci wolą "
             "deszcz niż korki.", language="pl"),
        Post("Route check: along the canal from end to end in three days", "About 70 km a day, tent, two kids who are 11 and 13. The "
             "surface worries me more than the distance. Anyone done it lately?"),
        Post("PSA: check your headset bolts", "Mine were finger tight after the shop \"serviced\" it. Found out on a descent."),
    ],
    "linux": [
        Post("I deleted the wrong partition so you don't have to",
             "lsblk before AND after you plug the stick in. Label your disks. And the backup that I \"was going to automate soon\" is "
             "now automated. testdisk got most of it back, buy that person a coffee."),
        Post("SQLite: when to use it, in its authors' own words", url="https://www.sqlite.org/whentouse.html"),
        Post("What's in your ~/bin?",
             "Mine: `t` (new scratch directory, cd into it), `serve` (python -m http.server on a free port), and `wat`, which opens the "
             "man page at the option I ask for. What couldn't you live without?"),
        Post("Ten-year-old laptop, new SSD, 40 euros, feels new",
             "My mum thinks I'm a wizard. I only swapped the disk and put a light desktop on it. The battery still lasts nine minutes, "
             "but it's a desktop now, emotionally."),
        Post("The kernel coding style document is funnier than it has to be",
             url="https://www.kernel.org/doc/html/latest/process/coding-style.html"),
        Post("systemd timers vs cron, honestly",
             "I moved everything to timers. What I like: logs in one place, Persistent=true, no mail to root that nobody reads. What I "
             "don't: two files for what used to be one line."),
        Post("Welche Distribution für den Verein?",
             "Zwölf gespendete Rechner, bunt gemischt, Nutzer zwischen 9 und 81 Jahren. Es muss zwei Jahre laufen, ohne dass ich jeden "
             "Samstag hinfahre.", language="de"),
        Post("epoll(7) finally clicked for me", "Level vs edge triggered: draw a bucket. Level means \"there is water in it\", edge means "
             "\"somebody just poured\". If you don't empty it on edge you wait for the next pour, forever.",
             "https://man7.org/linux/man-pages/man7/epoll.7.html"),
        Post("Why does `ls` on this folder take 20 seconds?", "It's 1.4 million files from a script that ran wild. `ls -f` is instant, so "
             "the sort is the problem. Now how do I delete them without the shell giving up on the argument list?"),
        Post("git worktree: I feel silly for not knowing this", url="https://git-scm.com/docs/git-worktree"),
        Post("Self-hosting report: 14 months on a small board in the hall cupboard",
             "Photos, calendar, recipes for the family. Downtime: one power cut, one cat. Electricity about 9 a year. The thing I'd do "
             "differently: test the restore in the first week and not in the eleventh month."),
        Post("Clavier bépo : six semaines plus tard",
             "Je tape enfin plus vite qu'avant, mais je ne sais plus me servir du clavier de mes collègues. À recommander si vous aimez "
             "souffrir.", language="fr"),
        Post("Is anyone still happy with X11?", "Not trolling. Two monitors with different scaling is the only thing I miss, the rest "
             "simply works and has for fifteen years."),
        Post("日本語入力、みなさん何を使っていますか", "長い間 mozc を使っていますが、最近の環境で時々候補ウィンドウが変な場所に出ます。"
             "同じ症状の方いますか。", language="ja"),
        Post("curl can do far more than you think", url="https://curl.se/docs/manpage.html"),
        Post("Резервные копии: правило 3-2-1 дома",
             "Три копии, два носителя, одна вне дома. Третья у меня лежит у родителей на старом диске, меняем раз в месяц за чаем. "
             "Кто как делает?", language="ru"),
        Post("Please write the commit message for the person reading it at 3 am", "That person is you. \"fix\" is not a message. \"Fix "
             "double free when the peer closes during handshake\" is."),
        Post("My printer works", "That's the post. First try, over Wi-Fi, no driver. I wanted somebody to know."),
        Post("Tabs in a terminal, or a window manager that does it for you?", "I went from tmux to tiling to tmux inside tiling. "
             "Somebody stop me."),
    ],
    "gardening": [
        Post("Slugs: 1, Me: 0", "Forty lettuce seedlings on Friday. Three on Saturday. I'm told copper tape is a myth and beer is not. "
             "Going to the shop."),
        Post("First tomato of the year, on a north-facing balcony",
             "Variety is Stupice. It's the size of a walnut and it tastes like July. Four hours of sun is enough, apparently."),
        Post("Companion planting: what is proven and what is folklore?", url="https://en.wikipedia.org/wiki/Companion_planting"),
        Post("Kompost stinkt, Nachbarn grüßen nicht mehr",
             "Zu viel Rasenschnitt, ich weiß. Jetzt habe ich Pappe und Häcksel untergemischt. Wie lange muss ich noch den Hinterausgang "
             "nehmen?", language="de"),
        Post("Moved house in February, discovered 200 snowdrops in March", "The previous owner was 92 and told me nothing. It's like a "
             "letter that arrives late."),
        Post("What's eating my kale?", "Small green caterpillars, same colour as the stem, only on the underside. I pick off thirty a day. "
             "Netting now, or is it too late for this season?"),
        Post("Three sisters bed, results after one summer",
             "Corn: tall and mostly decorative. Beans: more than we could eat. Squash: took over the path and is negotiating for the shed.",
             "https://en.wikipedia.org/wiki/Three_Sisters_(agriculture)"),
        Post("Semer les fèves en novembre, ça vaut le coup ?",
             "Ici l'hiver est doux, -4 au pire. Mon voisin jure par les semis d'automne, moi j'ai toujours attendu février.", language="fr"),
        Post("Free wood chips: just ask a tree surgeon", "They pay to get rid of them. I got four cubic metres and a wave. Paths done "
             "for years."),
        Post("Seed swap thread", "I have: runner beans (white flowered), calendula, a mystery chilli. Looking for: sweet peas, anything "
             "that survives a toddler."),
        Post("Fig tree in a pot, year 6, eleven figs", "Keep the roots cramped, feed it in June, bring it close to the house wall in "
             "winter. It looked dead every single March."),
        Post("Cuándo podar el limonero en maceta", "Está lleno de flores y a la vez de ramas secas. No quiero quedarme sin limones por "
             "impaciente.", language="es"),
        Post("Raised beds made of old floorboards: check for treatment first", "I didn't. Ended up pulling it all apart after a "
             "neighbour who is a carpenter smelled the wood and made a face."),
        Post("Rain barrel overflowed into the cellar, lessons learned", "An overflow hose is not an accessory. It is the point."),
        Post("Hardiness zones, and why mine is wrong", "The map says 8a. My garden sits in a frost hollow and behaves like 7b. Put a "
             "min/max thermometer out for a winter before you believe a map.", "https://en.wikipedia.org/wiki/Hardiness_zone"),
        Post("Jordgubbar på balkong: ampel eller låda?", "Har en smal balkong i söderläge och måsar som granne.", language="sv"),
        Post("The allotment waiting list called. I signed up in 2017.", "I'd forgotten. Plot 31, brambles to the chest, one pear tree. "
             "I've never been so happy about so much work."),
        Post("Bokashi auf dem Balkon, ehrlicher Bericht", "Riecht nach Sauerkraut, nicht nach Müll. Der Sickersaft 1:100 verdünnt, und die "
             "Geranien explodieren.", language="de"),
        Post("Do you name your plants?", "The monstera is called Gerald. Everyone else is on probation."),
    ],
    "books": [
        Post("I read only books by dead people for a year",
             "Started as a joke about my reading pile. Best surprise: Middlemarch is funny. Worst: I can't talk to anyone about anything "
             "that came out since."),
        Post("Frankenstein is shorter and stranger than the films", url="https://www.gutenberg.org/ebooks/84"),
        Post("How do you stop reading a book you don't like?", "I'm 300 pages into an 800 page one, and I resent it every evening. But "
             "I've come this far. Is there a rule?"),
        Post("Standard Ebooks: public domain, typeset by people who care", url="https://standardebooks.org/"),
        Post("Bücher, die man laut vorlesen muss",
             "Bei uns: Krabat an dunklen Abenden, bis der Kleine nicht mehr wollte. Danach Pu der Bär, zur Beruhigung aller.",
             language="de"),
        Post("Second-hand find with a train ticket from 1974 inside", "Lisbon to Porto, second class, on page 112. They never got to 113, "
             "or they did and didn't need the ticket any more."),
        Post("Moby-Dick: skip the whale chapters?", "No. The whale chapters are the book. The plot is what happens when he runs out of "
             "whale.", "https://www.gutenberg.org/ebooks/2701"),
        Post("Looking for: slow science fiction", "No wars, no chosen ones. Somebody repairing something on a station far away and thinking "
             "about home. You know the kind."),
        Post("文庫本のカバー、つけたまま読みますか", "本屋さんでつけてもらう紙のカバーが好きで、外せません。本棚では全部同じに見えるのが難点です。",
             language="ja"),
        Post("My library lends seeds, drills and a telescope", "And books, yes. Go and look what yours has. The telescope has a waiting "
             "list of two."),
        Post("LibriVox, or how I got through the ironing", "Volunteers reading public domain books. Quality goes from \"uncle at "
             "Christmas\" to \"why isn't this person famous\".", "https://librivox.org/"),
        Post("Relire Maigret à quarante ans",
             "À vingt ans je lisais pour savoir qui. Maintenant je lis pour la pluie, les bistrots et la façon dont il attend.",
             language="fr"),
        Post("Dog-ears, bookmarks or memory?", "I use whatever is closest. Yesterday a carrot peeler."),
        Post("Book club died, long live the silent book club", "Same pub, same evening, everyone reads their own thing for an hour, then "
             "we talk or we don't. Attendance tripled."),
        Post("¿Por dónde empezar con Borges?", "He probado con «El Aleph» tres veces y siempre me duermo en la escalera.", language="es"),
        Post("Annotating in ink: yes or crime?", "Inherited my grandfather's books. He argues with everyone in the margins, in blue. "
             "I'd give anything for one more volume of it."),
        Post("Что перечитываете каждую зиму?", "У меня «Белая гвардия», всегда в первый снег. Уже не помню, как это началось.",
             language="ru"),
        Post("Pride and Prejudice, first-time reader, 46 years old", "Nobody told me it was going to be so rude. I'm delighted.",
             "https://www.gutenberg.org/ebooks/1342"),
        Post("Short stories are not practice for novels", "A rant. The shelf is tiny, the reviews say \"promising\". Some of the best "
             "things I've read were over in nine pages."),
    ],
    "photography": [
        Post("Shot the whole holiday on one 50 mm lens", "Missed maybe five pictures. Got about fifty I'd never have seen if I had been "
             "fiddling with a zoom. My shoulder says thanks too."),
        Post("Sunny 16 still works", url="https://en.wikipedia.org/wiki/Sunny_16_rule"),
        Post("Grandfather's camera, film still inside",
             "Exposed some time before 1988. The lab got nine frames out of it. Seven are fog, one is a dog nobody recognises, and one is "
             "my mother at sixteen, laughing at whoever is holding the camera."),
        Post("How do you ask strangers?", "I just say \"you look great in this light, may I?\" and show them the result. In two years, "
             "four people said no, all kindly. Interested in how it goes elsewhere."),
        Post("darktable: stop moving every slider", "Exposure, white balance, filmic or sigmoid, a bit of local contrast, done. I wasted "
             "a year on the other sixty modules.", "https://www.darktable.org/"),
        Post("Cyanotypes with the school class", "Thirty kids, ferns, a cloudy day: exposures took 25 minutes instead of 5, and they "
             "watched the paper the whole time. I've never had them so quiet.", "https://en.wikipedia.org/wiki/Cyanotype"),
        Post("Analog entwickeln in der Küche, erster Film",
             "Zu warm, zu lange bewegt, und ein Fingerabdruck auf Bild 12. Trotzdem: 36 Negative, die es vorher nicht gab.", language="de"),
        Post("Sold the big camera, kept the small one", "The best one is the one that's in the coat. Everyone says so and it took me 15 "
             "years and several mortgages' worth of glass to believe it."),
        Post("How do you back up 2 TB of pictures?", "Right now: one disk on the desk, one at work, swapped on Fridays if I remember. I "
             "mostly don't remember."),
        Post("Autochromes: colour photographs from 1907 made with potato starch",
             url="https://en.wikipedia.org/wiki/Autochrome_Lumi%C3%A8re"),
        Post("Critique wanted: too dark?", "Street at night, one lit window, I exposed for the window. On my screen it's moody. On my "
             "wife's phone it's a black rectangle."),
        Post("Photographier la neige sans qu'elle soit grise",
             "+1,3 IL et on arrête de croire la cellule. Vingt ans que je le sais, vingt ans que j'oublie à la première neige.",
             language="fr"),
        Post("서울 골목 사진 찍기 좋은 시간", "해 뜨고 한 시간, 가게 문 열기 전이 제일 좋았어요. 빛도 좋고 사람도 적고, 고양이는 많습니다.",
             language="ko"),
        Post("Deleted 11,000 photos this weekend", "Rule: if I can't say in one sentence why I kept it, it goes. 2,300 left. I actually "
             "look at them now."),
        Post("Pinhole camera from a biscuit tin", "Six months on the garden shed, one sheet of paper, and there is the whole summer as "
             "lines of sun.", "https://en.wikipedia.org/wiki/Pinhole_camera"),
        Post("Norrsken från vardagsrummet", "Trodde det var gatlyktan. ISO 1600, f/2, fyra sekunder, kameran på en hög böcker.",
             language="sv"),
        Post("Which tripod will not make me hate walking?", "Under 1.2 kg, holds a small mirrorless, doesn't shake in a breeze. Budget: "
             "some. Patience: none."),
        Post("Pattern I noticed: my best pictures are from the way home", "Light is going, I'm tired, I've stopped looking for pictures."),
        Post("Astronomy Picture of the Day has the same design since 1995, and I love it", url="https://apod.nasa.gov/apod/astropix.html"),
    ],
    "languages": [
        Post("Words your language has and English needs",
             "I'll start: German \"Feierabend\", the part of the day that begins when work ends. Not \"evening\". It can be at 2 pm."),
        Post("Swadesh lists are a rabbit hole", url="https://en.wikipedia.org/wiki/Swadesh_list"),
        Post("Understood my first joke in Polish", "It was about a stork and a tax office. I laughed half a second after everyone else, "
             "and my mother-in-law put her hand on my arm. Two years of lessons, worth it."),
        Post("Der, die, das: welche Eselsbrücken helfen wirklich?",
             "Ich lerne seit drei Jahren Deutsch und rate immer noch. Endungen helfen (-ung, -heit, -chen), aber warum ist der Löffel "
             "männlich und die Gabel weiblich?", language="de"),
        Post("Tatoeba: millions of example sentences, with translations", url="https://tatoeba.org/"),
        Post("Learning Arabic at 58", "The letters took me two weeks and not two years, as I had feared. The dual is beautiful: a whole "
             "grammatical number for \"the two of us\"."),
        Post("Est-ce que vous tutoyez vos voisins ?",
             "Dix ans dans l'immeuble, on s'arrose les plantes, on se garde les clés, et toujours « vous ». Je n'ose plus changer.",
             language="fr"),
        Post("Falsos amigos que me han hecho pasar vergüenza",
             "Le dije a mi jefa inglesa que estaba «constipated». Yo solo tenía un resfriado. Silencio total en la reunión.",
             language="es"),
        Post("Anki burnout is real", "400 reviews a day, and I began to hate a language I used to love. Went down to five new cards, and I "
             "read comics instead. It came back.", "https://apps.ankiweb.net/"),
        Post("日本語の「なるほど」を使いすぎる問題", "会議で十分間に八回言っていたと同僚に数えられました。ほかにどんな相づちを使えばいいでしょうか。",
             language="ja"),
        Post("한국어 높임말, 언제 말을 놓나요?", "동갑인 걸 알고 나서도 서로 계속 존댓말을 씁니다. 먼저 놓자고 말하는 게 너무 어려워요.",
             language="ko"),
        Post("The IPA chart is the most useful page I ever printed",
             url="https://en.wikipedia.org/wiki/International_Phonetic_Alphabet"),
        Post("Accents: when did you stop caring about yours?", "Someone told me I sound like the people who taught me, and that this is a "
             "nice thing to carry around. That was it for me."),
        Post("Saudade não tem tradução? Tem sim", "Toda língua tem uma palavra para isso, só que nem toda língua se gaba dela.",
             language="pt"),
        Post("Kuinka monta sanaa suomessa on lumelle?", "Räntä, nuoska, hanki, tykky, viti, loska. Ja yksi kirosana, jota käytetään "
             "huhtikuussa.", language="fi"),
        Post("كيف أحافظ على العربية مع أطفال وُلدوا في الخارج؟",
             "نقرأ قصة كل ليلة، لكنهم يجيبون دائمًا بلغة المدرسة. هل مرّ أحد بهذه التجربة؟", language="ar"),
        Post("हिंदी में 'please' का क्या करें?", "\"कृपया\" बोलो तो लगता है रेलवे स्टेशन पर घोषणा हो रही है। आप लोग क्या कहते हैं?", language="hi"),
        Post("Lagom är inte bäst", "Det är bara lagom. Så, nu är det sagt.", language="sv"),
        Post("Reading children's books in your target language is not cheating", "It's how everyone did it the first time."),
    ],
    "smalltalk": [
        Post("What is a stoa, anyway?", "A covered walkway where people in Greek towns met, sold fish and argued. So, this.",
             "https://en.wikipedia.org/wiki/Stoa"),
        Post("The neighbour's cat has moved in and I was not consulted", "She arrives at six, inspects the kitchen, sleeps on the printer "
             "and leaves at ten. The neighbour says she's \"very shy\"."),
        Post("What small thing made your week?", "A child on the tram explained to me, a stranger, which dinosaurs could swim. In detail. "
             "Three stops."),
        Post("Radio Garden: spin a globe, listen to any station on it", url="https://radio.garden/"),
        Post("Was macht ihr gegen den Sonntagabend?",
             "Dieses Gefühl ab 18 Uhr, als wären noch Hausaufgaben offen. Ich bin 43.", language="de"),
        Post("Desire paths, a thread", "The path across the grass behind our station is so worn that the city gave up and paved it. "
             "Victory.", "https://en.wikipedia.org/wiki/Desire_path"),
        Post("Moving to a town where I know nobody, tips?", "Starting in March. I can cook, I'm bad at small talk (hello), I own a canoe."),
        Post("Quit my job of 14 years today", "No drama. Gave notice, ate a sandwich on a bench, watched the pigeons. I keep waiting to "
             "feel something bigger."),
        Post("List of common misconceptions, good for ruining dinners",
             url="https://en.wikipedia.org/wiki/List_of_common_misconceptions"),
        Post("On a tous un tiroir à câbles, avouez", "J'ai retrouvé un chargeur pour un téléphone que je n'ai jamais eu.", language="fr"),
        Post("Found out at 39 that the arrow by the fuel gauge shows which side the cap is on", "I have owned five cars."),
        Post("Standards", url="https://xkcd.com/927/"),
        Post("Does anyone else rehearse phone calls?", "I wrote down my own name in case they asked."),
        Post("Dziś pierwszy raz od lat napisałam list", "Na papierze, do ciotki. Musiałam szukać, gdzie w okolicy jest skrzynka.",
             language="pl"),
        Post("Power was out for six hours and we talked to everyone on the stairs", "The man on the third floor plays the accordion. We've "
             "lived here eight years."),
        Post("Погода: майский снег, а я уже сдал зимнюю резину", "Еду на трамвае и делаю вид, что так и задумано.", language="ru"),
        Post("Introduce yourself here", "Who are you, what do you like, and what would you rather not talk about? I'll start: maps, "
             "rye bread, football."),
    ],
}

# Posted, then thought better of: their authors delete them.
REGRETTED: list[tuple[str, Post]] = [
    ("smalltalk", Post("test", "does this work")),
    ("linux", Post("HELP nothing boots any more!!!", "edit: it was the monitor cable")),
    ("cooking", Post("Selling a hardly used bread machine", "Oh, no sales here? Sorry.")),
    ("photography", Post("Shot the whole holiday on one 50 mm lense", "Missed maybe five pictures.")),
]

CONVERSATIONS: list[Conversation] = [
    Conversation(("Hi! Would you have a spoonful of that rye starter to spare?",
                  "Sure, it's taking over my fridge. I'm in town on Thursday, shall I bring a jar?",
                  "Thursday is great. By the fountain at five?",
                  "Five it is. Don't close the lid tightly on the way home, speaking from experience.",
                  "It's alive and it already climbed out of the jar. Thank you!!"),
                 about="My starter is finally alive after three failed attempts"),
    Conversation(("Your post about the seatpost saved me a new bottom bracket. Mine creaked for a year.",
                  "Ha! Everyone's does. Did you grease it or only tighten?",
                  "Both. Silence. I heard birds this morning."),
                 about="Creak that only appears uphill, in the rain, on Tuesdays"),
    Conversation(("Did you ever find out who the dog in the photo was?",
                  "My aunt thinks it belonged to the postman. There's a whole story, apparently he stole a ham.",
                  "The postman?",
                  "The dog. Probably."),
                 about="Grandfather's camera, film still inside"),
    Conversation(("Hallo, fährst du am Wochenende auch zum Fahrradflohmarkt?",
                  "Ja, ab zehn. Ich suche ein altes Rücklicht, falls du eins siehst.",
                  "Ich bring dir eins mit, hab zwei im Keller.",
                  "Du bist ein Schatz. Kuchen geht auf mich."), "de"),
    Conversation(("Quick question about your timers post: how do you get told when one fails?",
                  "OnFailure= with a tiny unit that sends me a line. I'll put the two files up tonight.",
                  "Perfect, no hurry.",
                  "Here they are, sent you a link by mail. Watch out for the %i, that cost me an evening."),
                 about="systemd timers vs cron, honestly"),
    Conversation(("Tu as encore des graines de capucine pour l'échange ?",
                  "Oui, plein ! Je t'en mets une enveloppe de côté.",
                  "Merci ! Je peux te donner des fèves en échange.",
                  "Vendu."), "fr"),
    Conversation(("Sorry if I was short with you in your pasta water thread. Long day.",
                  "No worries at all, I was being stubborn. It IS mostly the pecorino, though.",
                  "It is. Let's never speak of the starch again."),
                 about="Unpopular opinion: pasta water does very little"),
    Conversation(("Is the silent book club still on for the 14th?",
                  "Yes! Upstairs room this time.",
                  "May I bring a friend who reads with his lips moving?",
                  "We have a corner for that."),
                 about="Book club died, long live the silent book club"),
    Conversation(("Which lab did you use for the old film?",
                  "A two-person place that still does hand processing, I'll look up the name when I'm home.",
                  "Thank you. I've a roll from my father here and I'm nervous.",
                  "Tell them that. They called me before they did anything. Good luck, I mean it.",
                  "Eleven frames. ELEVEN. I'm a mess."),
                 about="Grandfather's camera, film still inside"),
    Conversation(("昆布の佃煮ですが、煮るときにお酢を少し入れると柔らかくなりますよ。",
                  "ありがとうございます！さっそく試してみます。",
                  "山椒を足してもおいしいです。"), "ja", about="だしを取った後の昆布、どうしていますか"),
    Conversation(("I can lend you the canal map if you like, with my notes on where the surface is bad.",
                  "That would be wonderful. When do you need it back?",
                  "After your trip. Write in it."),
                 about="Route check: along the canal from end to end in three days"),
    Conversation(("Hola, ¿al final podaste el limonero?",
                  "Poco y con miedo. Ya tiene brotes nuevos.",
                  "¿Ves? Son más duros de lo que parecen."), "es", about="Cuándo podar el limonero en maceta"),
    Conversation(("You're the one with plot 31, right? I'm on 28. The pear is a Conference, the old man told me.",
                  "Hello neighbour! That explains the shape. Do you know where the water is turned on?",
                  "Behind the blue shed, and it needs a kick. Kettle's on most Sundays around eleven."),
                 about="The allotment waiting list called. I signed up in 2017."),
    Conversation(("Cześć, mogę prosić o przepis na to ciasto na pierogi?",
                  "Pewnie: 500 g mąki, szklanka gorącej wody, łyżka masła, szczypta soli. I godzina odpoczynku!",
                  "A teściowa mówi, że bez odpoczynku...",
                  "Wiem, co mówi teściowa :)"), "pl", about="Pierogi: ile odpoczywa wasze ciasto?"),
    Conversation(("Would you mind looking over my first bug report before I send it? I don't want to waste their time.",
                  "Happy to. Paste it here.",
                  "\"It crashes.\" No, joking. I have steps, versions and a small file that triggers it every time.",
                  "Then it's better than nine in ten. Send it!")),
    Conversation(("Hej! Vilka dubbdäck blev det till slut?",
                  "Samma fram och bak. Rondellen och jag är vänner igen."), "sv",
                 about="Vintercykling: dubbdäck bak också, eller räcker fram?"),
    Conversation(("What exactly goes into your slow cooker wax?",
                  "Paraffin and nothing else. The fancy powders made no difference that I could hear."),
                 about="Chain waxing, one year later"),
    Conversation(("Have you moved in yet? Did you try the choir?",
                  "I did! And the canoe is in the living room. They can't decide if I'm an alto or a tenor, they're very polite about it.",
                  "Wait till the Christmas concert, then you're family."),
                 about="Moving to a town where I know nobody, tips?"),
    Conversation(("Привет! Какой диск вы держите у родителей, обычный или SSD?",
                  "Обычный, старый, на два терабайта. Главное не забыть его поменять.",
                  "Спасибо, тоже заведу себе такой чайный обычай."), "ru", about="Резервные копии: правило 3-2-1 дома"),
    Conversation(("I did the same four years ago. The bigger feeling came in week three, in a supermarket, next to the lemons.",
                  "I'll keep an eye on the lemons. Thank you for writing.",
                  "Any time. Week four is better."),
                 about="Quit my job of 14 years today"),
    Conversation(("Oi, a feijoada deu certo na panela de pressão?",
                  "Deu! Quarenta e cinco minutos. Minha tia comeu dois pratos e não perguntou nada.",
                  "O segredo está seguro comigo."), "pt", about="Feijoada no meio da semana: heresia ou solução?"),
    Conversation(("Psst. What did you plant where the slugs won?",
                  "Chard, garlic, and resignation."), about="Slugs: 1, Me: 0"),
    Conversation(("مرحبًا، جرّبنا فكرة القصة قبل النوم، وبالأمس سألتني ابنتي سؤالًا كاملًا بالعربية!",
                  "ما أجمل ذلك! الصبر ثم الصبر."), "ar", about="كيف أحافظ على العربية مع أطفال وُلدوا في الخارج؟"),
    Conversation(("Bonjour, le cours de photo du mardi a lieu pendant les vacances ?",
                  "Non, on reprend le 9. Mais on est quelques-uns à sortir au lever du jour samedi, viens !"), "fr"),
    Conversation(("Is this thing on?",)),
]

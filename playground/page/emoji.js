// The names people and apps use most; any other name stays as it was written.

const NAMES = `
smile 😄 smiley 😃 grinning 😀 grin 😁 joy 😂 rofl 🤣 slightly_smiling_face 🙂 wink 😉 blush 😊 heart_eyes 😍
sunglasses 😎 thinking_face 🤔 neutral_face 😐 confused 😕 worried 😟 cry 😢 sob 😭 angry 😠 sweat_smile 😅
face_with_thermometer 🤒 tired_face 😫 sleeping 😴 zzz 💤 face_with_rolling_eyes 🙄 exploding_head 🤯 hugging_face 🤗 shrug 🤷
thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 clap 👏 raised_hands 🙌 wave 👋 pray 🙏 muscle 💪 ok_hand 👌 handshake 🤝
point_right 👉 point_left 👈 point_up 👆 point_down 👇 raised_hand ✋ fist ✊ v ✌️ eyes 👀 brain 🧠 writing_hand ✍️
bust_in_silhouette 👤 busts_in_silhouette 👥 technologist 🧑‍💻 robot_face 🤖 ghost 👻 baby 👶 crown 👑
heart ❤️ broken_heart 💔 green_heart 💚 blue_heart 💙 purple_heart 💜 yellow_heart 💛 100 💯 fire 🔥 sparkles ✨
star ⭐ star2 🌟 boom 💥 zap ⚡ sunny ☀️ cloud ☁️ snowflake ❄️ rainbow 🌈 umbrella ☔ seedling 🌱 evergreen_tree 🌲 palm_tree 🌴
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 second_place_medal 🥈
third_place_medal 🥉 dart 🎯 game_die 🎲 checkered_flag 🏁 triangular_flag_on_post 🚩 rocket 🚀 airplane ✈️ car 🚗 bus 🚌
coffee ☕ beer 🍺 beers 🍻 pizza 🍕 cake 🍰 apple 🍎 popcorn 🍿
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_plus_sign ➕
heavy_minus_sign ➖ question ❓ grey_question ❔ exclamation ❗ bangbang ‼️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫
octagonal_sign 🛑 rotating_light 🚨 sos 🆘 construction 🚧 information_source ℹ️ recycle ♻️ infinity ♾️
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
white_circle ⚪ black_circle ⚫ large_red_square 🟥 large_green_square 🟩 large_yellow_square 🟨 white_large_square ⬜
black_large_square ⬛ small_blue_diamond 🔹 small_orange_diamond 🔸 large_blue_diamond 🔷 large_orange_diamond 🔶
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ leftwards_arrow_with_hook ↩️
arrow_right_hook ↪️ arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ rewind ⏪ arrow_forward ▶️ double_vertical_bar ⏸️
bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭 left_speech_bubble 🗨️
email 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 mailbox 📫 package 📦 telephone_receiver 📞
phone ☎️ iphone 📱 computer 💻 desktop_computer 🖥️ keyboard ⌨️ floppy_disk 💾 printer 🖨️ camera 📷 movie_camera 🎥 tv 📺
calendar 📆 date 📅 spiral_calendar_pad 🗓️ card_index 📇 clipboard 📋 memo 📝 pencil 📝 pencil2 ✏️ pushpin 📌
round_pushpin 📍 paperclip 📎 link 🔗 scissors ✂️ file_folder 📁 open_file_folder 📂 page_facing_up 📄 bookmark_tabs 📑
newspaper 📰 books 📚 book 📖 label 🏷️ bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉
moneybag 💰 euro 💶 dollar 💵 credit_card 💳 briefcase 💼 office 🏢 house 🏠 house_with_garden 🏡 factory 🏭 bank 🏦 hospital 🏥 school 🏫
key 🔑 lock 🔒 unlock 🔓 closed_lock_with_key 🔐 shield 🛡️ mag 🔍 mag_right 🔎 bulb 💡 wrench 🔧 hammer 🔨
hammer_and_wrench 🛠️ gear ⚙️ magnet 🧲 test_tube 🧪 microscope 🔬 telescope 🔭 thermometer 🌡️ broom 🧹 bug 🐛
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock1 🕐 clock9 🕘 clock12 🕛
earth_africa 🌍 earth_americas 🌎 globe_with_meridians 🌐 world_map 🗺️ compass 🧭 flag-se 🇸🇪 flag-de 🇩🇪 flag-gb 🇬🇧
dog 🐶 cat 🐱 unicorn_face 🦄 bee 🐝 turtle 🐢 snail 🐌 penguin 🐧 owl 🦉 parrot 🦜 whale 🐳 crossed_fingers 🤞
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ zero 0️⃣ keycap_ten 🔟 new 🆕 ok 🆗 up 🆙 free 🆓
`;

const CHARACTERS = new Map();
{
  const words = NAMES.trim().split(/\s+/);
  for (let place = 0; place < words.length; place += 2) CHARACTERS.set(words[place], words[place + 1]);
}

export function emojiOf(name) {
  return CHARACTERS.get(name.replace(/::skin-tone-\d$/, ""));
}

export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+)(::skin-tone-\d)?:/g, (written, name) => emojiOf(name) ?? written);
}
